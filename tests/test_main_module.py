"""`python -m skelshot` is the command `skelshot`."""

import subprocess
import sys


def call(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "skelshot", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_answers_and_refuses_as_the_command_does() -> None:
    told = call("layouts", "--json")
    assert (told.returncode, "kinect-v2" in told.stdout) == (0, True)
    refused = call("evalute")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "evalute" in refused.stderr
