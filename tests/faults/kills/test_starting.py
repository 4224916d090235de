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
DEAF = """
import sys
from pathlib import Path
folder = Path(sys.argv.pop(1))
(folder / "deaf.py").write_text("try:\\n  import os, signal; os.kill(os.getpid(), signal.SIGINT)\\n"
    "  while True: pass\\nexcept BaseException: pass\\n")
sys.path.insert(0, str(folder))
from skelshot import cli

def run(parsed):
    import deaf, time
    time.sleep(20)

class Parsed:
    lower, json, run = "", True, staticmethod(run)

cli.build_parser = lambda: Parsed
Parsed.parse_args = staticmethod(lambda words: Parsed)
cli.main()
"""
"""A command whose import swallows Ctrl-C, and which then would go on for long."""
WRONG = """
import signal
try:
    signal.raise_signal(signal.SIGINT)
except BaseException as error:
    raise ImportError("mine") from error
"""
CLEANS_UP = """
import atexit, sys, time
from skelshot import cli

def clean_up():
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        pass
    print("cleaned up", file=sys.stderr)

def run(parsed):
    import wrong

class Parsed:
    lower, json, run = "", True, staticmethod(run)

atexit.register(clean_up)
sys.path.insert(0, sys.argv.pop(1))
cli.build_parser = lambda: Parsed
Parsed.parse_args = staticmethod(lambda words: Parsed)
cli.main()
"""
"""A command whose import makes an error of Ctrl-C, and whose clean-up then takes its time."""
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


def test_ctrl_c_that_an_import_swallows_is_said_again(tmp_path: Path) -> None:
    end = subprocess.run(
        [sys.executable, "-c", DEAF, tmp_path],
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )
    assert (end.returncode, end.stderr.count("\n")) == (130, 1), end.stderr


def test_ctrl_c_that_an_import_makes_an_error_of(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    command = [sys.executable, "-c", CLEANS_UP, tmp_path]
    end = subprocess.run(command, capture_output=True, text=True, check=False)
    assert end.stderr.splitlines()[1:] == ["cleaned up"], end.stderr
    assert end.returncode == 130
