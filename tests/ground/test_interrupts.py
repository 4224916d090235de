"""Ctrl-C within the libraries that swallow it: said again until it is heard."""

import subprocess
import sys
import time

import pytest

PROGRAM = """
import signal, time
from skelshot.ground.interrupts import answer_ctrl_c

handler = answer_ctrl_c()
code = compile("signal.raise_signal(signal.SIGINT); went_on = True", {file!r}, "exec")
names = {{"signal": signal}}
try:
    exec(code, names)
    print("not raised there", names["went_on"], handler.came, flush=True)
    time.sleep(20)
except KeyboardInterrupt:
    print("raised", "went_on" in names)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no timer says it again")
@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("/lib/llvmlite/binding/executionengine.py", "not raised there True True\nraised True\n"),
        ("/lib/mine.py", "raised False\n"),
    ],
)
def test_it_is_raised_where_it_is_not_lost(file: str, told: str) -> None:
    began = time.monotonic()
    program = [sys.executable, "-c", PROGRAM.format(file=file)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (told, "")
    assert time.monotonic() - began < 15


LOST = """
import ctypes, signal, time
from skelshot.ground.interrupts import answer_ctrl_c

handler = answer_ctrl_c()


def interrupted():
    signal.raise_signal(signal.SIGINT)


def broken():
    raise ValueError("mine")


try:
    ctypes.CFUNCTYPE(None)(broken)()
    ctypes.CFUNCTYPE(None)(interrupted)()
    print("went on", handler.came, flush=True)
    time.sleep(20)
except KeyboardInterrupt:
    print("raised")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no timer says it again")
def test_what_c_code_loses_is_said_again_and_not_printed() -> None:
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, check=True)
    assert done.stdout == "went on True\nraised\n"
    assert "ValueError: mine" in done.stderr  # other errors are printed as ever
    assert "KeyboardInterrupt" not in done.stderr
    assert time.monotonic() - began < 15
