"""Ctrl-C while a command still imports what it needs: 130 and one line, nothing left."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys
from skelshot.cli import main

at, seen = int(sys.argv.pop(1)), 0

def hook(event, arguments):
    global seen
    if event == "import":
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(hook)
main()
"""
IMPORTS = 2500
"""How many a command makes at least."""


@pytest.mark.parametrize("many", [False, pytest.param(True, marks=pytest.mark.faults)])
def test_ctrl_c_while_importing(inputs: Path, tmp_path: Path, many: bool) -> None:
    words = ["pretrain", inputs / "store", "--protocol", "toy", "--preset", "smoke"]
    for at in random.Random(0).sample(range(1, IMPORTS), 25 if many else 2):
        command = [sys.executable, "-c", PROGRAM, str(at), *words, "--out", tmp_path / "run"]
        end = subprocess.run(command, capture_output=True, text=True, check=False)
        assert end.returncode == 130, (at, end.stderr)
        assert end.stderr.count("\n") == 1, (at, end.stderr)
        assert not list(tmp_path.iterdir()), at
