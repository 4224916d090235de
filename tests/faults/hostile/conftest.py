"""A server for the whole session, and good things that hostile ones stand beside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from skelshot.cli import main
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.experiments.toy import write_toy_clips

from .server import Server


@pytest.fixture(scope="session")
def call() -> Iterator[Server]:
    """The command line, called in a child process."""
    with Server() as server:
        yield server


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its raw clips, a run of it and features of its classes."""
    folder = tmp_path_factory.mktemp("shared")
    write_toy_clips(folder / "raw", performers=2, repetitions=1)
    prepare(NpzReader(), folder / "raw", folder / "store")
    store = str(folder / "store")
    main(["teach", store, "--teacher", "random-code", "--out", str(folder / "features")])
    plain = ("--preset", "smoke", "--strategy", "none", "--episodes", "none", "--split", "1")
    main(["pretrain", store, "--protocol", "toy", *plain, "--out", str(folder / "run")])
    return folder
