"""Commands in processes of their own: what fails is told by its last line."""

import pytest

from skelshot.experiments.calls import call
from skelshot.ground import SkelshotError


def test_a_command_that_fails_says_why() -> None:
    call("protocols")
    with pytest.raises(SkelshotError, match=r"^skelshot demo failed: .*--out") as error:
        call("demo", "--out", "")
    assert "\n" not in str(error.value)
