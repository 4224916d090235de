"""The server, and what six commands begin with."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skelshot.experiments.toy import write_toy_clips

Ends = list[dict[str, Any]]


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., Ends]]:
    """Calls of the command line side by side, each a dictionary; see `server.py`."""
    program = [sys.executable, Path(__file__).with_name("server.py")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:

        def answer(*calls: dict[str, Any]) -> Ends:
            one.stdin.write(json.dumps(calls, default=os.fspath) + "\n")
            one.stdin.flush()
            return json.loads(one.stdout.readline())

        yield answer
        one.stdin.close()


@pytest.fixture(scope="session")
def inputs(serve: Callable[..., Ends], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw clips, and what each command makes of what the one before it made."""
    folder = tmp_path_factory.mktemp("inputs")
    write_toy_clips(folder / "raw", performers=2, repetitions=1)
    (folder / "protocol.yaml").write_text(
        "{name: few, draws_as: few, splits: 2, base: 6, novel: 4, draws: 2, exemplars: any-clips}"
    )
    store = (folder / "store", "--protocol", folder / "protocol.yaml", "--preset", "smoke")
    codes = ("--teacher", "random-code", "--out", folder / "codes")
    one = ("--performers", 1, "--cameras", 1, "--replications", 1, "--workers", 1)
    for words in (
        ("prepare", "npz", folder / "raw", "--out", folder / "store"),
        ("teach", folder / "store", *codes),
        ("pretrain", *store, "--out", folder / "run"),
        ("synth", "--classes", "1-3", *one, "--out", folder / "ntu"),
        ("prepare", "ntu", folder / "ntu" / "nturgb+d_skeletons", "--out", folder / "ntu-store"),
    ):
        (end,) = serve({"words": [str(word) for word in words], "root": folder})
        assert end["code"] == 0, end["said"]
    return folder
