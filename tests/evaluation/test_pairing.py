"""Published results, whoever measured them: differences are taken of pairs alone."""

from copy import deepcopy
from typing import Any

import pytest

from skelshot.evaluation.metrics import Interval, paired_interval
from skelshot.evaluation.pairing import Side, check_sides, pair
from skelshot.evaluation.saved_results import measured_result
from skelshot.ground import SkelshotError


def document(**changes: Any) -> dict[str, Any]:
    """Return a result of three splits; `changes` go to its accuracy where that has such a key."""
    one = {"mean": 0.6, "per_split": [0.5, 0.6, 0.7], "protocol_hash": "a"}
    made: dict[str, Any] = {"splits": [0, 1, 2], "data_hash": "d", "accuracy": {"1": one}}
    for key, value in changes.items():
        (one if key in one else made)[key] = value
    return made


def difference(first: dict[str, Any], second: dict[str, Any]) -> Interval:
    """Return first - second for one shot."""
    a, b = (
        Side(name, name, measured_result(one, name)) for name, one in (("a", first), ("b", second))
    )
    check_sides(b, a)
    return pair(b, a, 1).difference


def test_pairs_give_the_interval_of_their_differences() -> None:
    first, second = document(), document(per_split=[0.4, 0.4, 0.7])
    assert difference(first, second) == paired_interval([0.5, 0.6, 0.7], [0.4, 0.4, 0.7])


def test_what_one_side_does_not_tell_is_not_compared() -> None:
    bare = {"accuracy": {"1": {"per_split": [0.4, 0.5, 0.6]}}}
    two_stores = document(data_hash={"synthetic": "s", "nw-ucla": "d"})
    for other in (bare, two_stores):
        assert difference(document(), other).n == 3


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (document(splits=[7, 8, 9]), "a, splits: found [0, 1, 2], expected [7, 8, 9] as in b; the"),
        (document(splits=[1, 0, 2]), "these are no pairs, evaluate both on the same"),
        (document(data_hash="e"), "data_hash: found d, expected e"),
        (document(protocol_hash="b"), "accuracy.1.protocol_hash: found a, expected b"),
        (document(accuracy={"5": {}}), "b: found 5, expected 1 among the numbers of shots; eval"),
        (document(accuracy={}), "b: found no few-shot accuracy, expected 1 among"),
        (document(accuracy=0.7), "b, accuracy: found 0.7; input should be a valid dictionary"),
        ({}, "b: found no few-shot accuracy, expected 1 among"),
        (document(per_split=[0.5, 0.6]), "accuracy.1, number of splits: found 3, expected 2"),
        (document(per_split=[0.5, None, 0.6]), "b, accuracy.1.per_split.1: found None; input sh"),
        (document(per_split="abc"), "b, accuracy.1.per_split: found 'abc'; input should be a val"),
        (document(per_split=[0.5, float("nan"), 0.6]), "b, accuracy.1.per_split.1: found nan;"),
        (document(per_split=[]), "a, accuracy.1: found no accuracies of the units that b has"),
    ],
)
def test_what_is_no_pair_is_refused_both_ways(other: dict[str, Any], message: str) -> None:
    with pytest.raises(SkelshotError) as caught:
        difference(document(), other)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(SkelshotError):
        difference(deepcopy(other), document())


def test_seeds_are_paired_with_the_same_seeds() -> None:
    def seeds(*chosen: int) -> dict[str, Any]:
        return {"seeds": list(chosen), "accuracy": {"1": {"per_seed": [0.1 * s for s in chosen]}}}

    assert difference(seeds(0, 1), seeds(0, 1)).mean == 0
    with pytest.raises(SkelshotError, match=r"a, seeds: found \[0, 1\], expected \[1, 2\]"):
        difference(seeds(0, 1), seeds(1, 2))
    with pytest.raises(SkelshotError, match="expected per_split, per_draw or per_seed in both"):
        difference(seeds(0, 1), document())
