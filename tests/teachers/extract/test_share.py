"""Shares of the work, as torchrun tells them."""

import pytest

from skelshot.ground import SkelshotError
from skelshot.teachers.extract.share import Share


def test_every_piece_is_taken_once() -> None:
    shares = [Share.from_environment({"RANK": str(r), "WORLD_SIZE": "3"}) for r in range(3)]
    for piece in range(10):
        assert sum(share.takes(piece) for share in shares) == 1


def test_alone_everything_is_mine() -> None:
    alone = Share.from_environment({})
    assert all(alone.takes(piece) for piece in range(5))
    assert alone.device("cuda") == "cuda"


def test_each_process_has_a_gpu_of_its_own() -> None:
    share = Share(5, 8, local_rank=1)
    assert share.device("cuda") == "cuda:1"
    assert share.device("cpu") == "cpu"
    assert share.device("cuda:0") == "cuda:0"


@pytest.mark.parametrize("found", [{"RANK": "2", "WORLD_SIZE": "2"}, {"RANK": "x"}, {"RANK": "-1"}])
def test_nonsense_is_refused(found: dict[str, str]) -> None:
    with pytest.raises(SkelshotError, match="RANK"):
        Share.from_environment(found)
