"""What the public CTR-GCN files hold, told by the names of clips."""

from types import SimpleNamespace
from typing import Any

import pytest

from skelshot.datasets.ntu.splits import public_second_person


@pytest.mark.parametrize(
    ("names", "second"),
    [
        ([], "zero"),
        (["S001C001P001R001A001", "S017C003P020R002A060"], "zero"),
        (["S001C001P001R001A001", "S018C001P008R001A061"], "copy"),
        (["S032C003P106R002A120"], "copy"),
        (["a01_s01_e00", "0364-L_3", "S099C001P001R001A001", "S018"], "zero"),  # none of NTU's
    ],
)
def test_the_second_place_is_that_of_the_data_set(names: list[str], second: str) -> None:
    clips: list[Any] = [SimpleNamespace(name=name) for name in names]
    assert public_second_person(clips) == second
