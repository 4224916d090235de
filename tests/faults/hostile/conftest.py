"""A server for the whole session, and good things that hostile ones stand beside."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skelshot.cli import main
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.experiments.toy import write_toy_clips
from skelshot.videos.encode import write_video

from .server import Server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the dearest cases took."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for what in ("seconds", "megabytes"):
        found = [
            (value, report.nodeid)
            for report in reports
            for name, value in getattr(report, "user_properties", ())
            if name == what
        ]
        if found:
            value, case = max(found)
            terminalreporter.write_line(
                f"{len(found)} hostile calls, at most {value:.1f} {what}: {case}"
            )


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
    (folder / "videos").mkdir()
    pictures = np.random.default_rng(0).integers(0, 255, (12, 48, 64, 3), np.uint8)
    write_video(folder / "videos" / "good_rgb.avi", pictures)
    return folder
