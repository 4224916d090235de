"""Differences are taken of pairs alone: the same splits, seeds, clips and tasks."""

from copy import deepcopy
from typing import Any

import pytest

from skelshot.evaluation import paired_difference, paired_interval
from skelshot.ground import SkelshotError


def document(**changes: Any) -> dict[str, Any]:
    """Return a result of three splits; `changes` go to its accuracy where that has such a key."""
    one = {"mean": 0.6, "per_split": [0.5, 0.6, 0.7], "protocol_hash": "a"}
    made: dict[str, Any] = {"splits": [0, 1, 2], "data_hash": "d", "accuracy": {"1": one}}
    for key, value in changes.items():
        (one if key in one else made)[key] = value
    return made


def test_pairs_give_the_interval_of_their_differences() -> None:
    first, second = document(), document(per_split=[0.4, 0.4, 0.7])
    expected = paired_interval([0.5, 0.6, 0.7], [0.4, 0.4, 0.7])
    assert paired_difference(first, second, "1") == expected


def test_what_one_side_does_not_tell_is_not_compared() -> None:
    bare = {"accuracy": {"1": {"per_split": [0.4, 0.5, 0.6]}}}
    two_stores = document(data_hash={"synthetic": "s", "nw-ucla": "d"})
    for other in (bare, two_stores):
        assert paired_difference(document(), other, "1").n == 3


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (document(splits=[7, 8, 9]), "found splits [0, 1, 2] and [7, 8, 9], expected the same"),
        (document(splits=[1, 0, 2]), "evaluate both on the same --split, in one order"),
        (document(data_hash="e"), "found data_hash d and e, expected the same on both sides; eva"),
        (document(protocol_hash="b"), "found protocol_hash a and b, expected the same on both"),
        (document(accuracy={"5": {}}), "b: found 5, expected 1 among the numbers of shots; eval"),
        (document(accuracy={}), "b: found nothing, expected 1 among the numbers of shots"),
        (document(accuracy=0.7), "b: found no few-shot accuracy, expected 1 among"),
        ({}, "b: found no few-shot accuracy, expected 1 among"),
        (document(per_split=[0.5, 0.6]), "found 3 and 2 values, expected the same splits"),
        (document(per_split=[0.5, None, 0.6]), "b, 1-shot, per_split: found [0.5, None, 0.6]"),
        (document(per_split="abc"), "b, 1-shot, per_split: found 'abc', expected a list"),
        (document(per_split=[0.5, float("nan"), 0.6]), "found 1 of 3 NaN or infinite"),
    ],
)
def test_what_is_no_pair_is_refused_both_ways(other: dict[str, Any], message: str) -> None:
    with pytest.raises(SkelshotError) as caught:
        paired_difference(document(), other, "1", names=("a", "b"))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(SkelshotError):
        paired_difference(deepcopy(other), document(), "1", names=("b", "a"))


def test_seeds_are_paired_with_the_same_seeds() -> None:
    def seeds(*chosen: int) -> dict[str, Any]:
        return {"seeds": list(chosen), "accuracy": {"1": {"per_seed": [0.1 * s for s in chosen]}}}

    assert paired_difference(seeds(0, 1), seeds(0, 1), "1", "per_seed").mean == 0
    with pytest.raises(SkelshotError, match=r"found seeds \[0, 1\] and \[1, 2\]"):
        paired_difference(seeds(0, 1), seeds(1, 2), "1", "per_seed")
    with pytest.raises(SkelshotError, match="1-shot, per_split: found None"):
        paired_difference(seeds(0, 1), seeds(0, 1), "1")
