"""`python -m skelshot` is the command `skelshot`."""

import subprocess
import sys


def test_it_answers_and_refuses_as_the_command_does() -> None:
    python = [sys.executable, "-m", "skelshot"]
    told = subprocess.run([*python, "layouts", "--json"], capture_output=True, text=True)
    assert (told.returncode, "kinect-v2" in told.stdout) == (0, True)
    refused = subprocess.run([*python, "evalute"], capture_output=True, text=True)
    assert refused.returncode == 2
    assert "did you mean" in refused.stderr or "invalid choice: 'evalute'" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
