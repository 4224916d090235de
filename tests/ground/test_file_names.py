"""Names from data that become names of files."""

import pytest

from skelshot.ground.file_names import check_file_name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "a/b", "a\\b", "/etc/x", ".hidden", "-rf", "a\n", "a\x00b"),
        *("a ", " a", "a.", "C:x", "a*", "\ud800", "x" * 101, "é" * 51),
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected a name that may stand in a file's name"):
        check_file_name(name)


@pytest.mark.parametrize("name", ["toy", "ntu60-one-shot", "a.b", "läufe 2", "手を振る", "x" * 100])
def test_plain_names_are_kept(name: str) -> None:
    assert check_file_name(name) == name
