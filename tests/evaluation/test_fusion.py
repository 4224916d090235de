"""Late fusion against a literal sum, and weights that are none."""

import typing

import pytest
import torch

from skelshot.commands.evaluate import COMMAND
from skelshot.evaluation.answers import Answers
from skelshot.evaluation.fusion import FUSIONS, Fusion, fuse, member_fusion, member_weights
from skelshot.ground import SkelshotError


def literal(fusion: str, row: list[float]) -> list[float]:
    values = torch.tensor(row, dtype=torch.float64)
    if fusion == "softmax":
        return (values.exp() / values.exp().sum()).tolist()
    if fusion == "z-scores":
        return ((values - values.mean()) / ((values - values.mean()) ** 2).mean().sqrt()).tolist()
    return row


@pytest.mark.parametrize("fusion", FUSIONS)
def test_fusion_is_a_weighted_sum(fusion: Fusion) -> None:
    logits = torch.randn(3, 2, 4, 5, generator=torch.Generator().manual_seed(0))
    members = [Answers(1, (), each) for each in logits]
    weights = [0.5, 0.0, 2.0]
    found = fuse(members, weights, fusion).logits
    for b in range(2):
        for q in range(4):
            rows = [literal(fusion, each[b, q].tolist()) for each in logits]
            expected = [
                sum(w * row[n] for w, row in zip(weights, rows, strict=True)) for n in range(5)
            ]
            assert found[b, q].tolist() == pytest.approx(expected, abs=1e-5)


def test_each_task_may_have_a_weight_of_its_own() -> None:
    logits = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(1))
    own = torch.tensor([0.0, 0.5, 2.0])
    found = fuse([Answers(1, (), each) for each in logits], [1.0, own], "logits").logits
    for task, weight in enumerate([0.0, 0.5, 2.0]):
        torch.testing.assert_close(found[task], logits[0, task] + weight * logits[1, task])


def test_scores_that_are_all_equal_decide_nothing() -> None:
    flat, sure = (Answers(1, (), torch.tensor([[row]])) for row in ([2.0, 2.0], [0.0, 0.1]))
    assert fuse([flat, sure], [100, 1], "z-scores").predicted.item() == 1


def test_one_member_is_left_as_it_is() -> None:
    alone = Answers(1, (), torch.tensor([[[5.0, 7.0]]]))
    assert fuse([alone], [3.0], "softmax") is alone


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], "found 1, expected 2, one for each --run"),
        ([1.0, -1.0], "found 1 -1, expected numbers from 0"),
        ([0.0, 0.0], "not all 0"),
        ([1.0, float("nan")], "found 1 nan"),
        ([1.0, float("inf")], "found 1 inf"),
        ([1e300, 1e300], "else 1e-06 to 1e\\+06"),  # whose sum of scores runs over
        ([1e-300, 1e-300], "found 1e-300 1e-300"),
    ],
)
def test_weights_that_are_none(weights: list[float], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        member_weights(weights, 2)
    assert member_weights(None, 2) == [1.0, 1.0]


def test_one_classifier_has_nothing_to_add_up() -> None:
    with pytest.raises(SkelshotError, match="--weights 2: found one classifier"):
        member_weights([2.0], 1)
    with pytest.raises(SkelshotError, match="--fusion logits: found one classifier"):
        member_fusion("logits", 1)
    assert member_fusion(None, 1) == member_fusion(None, 3) == "softmax"
    with pytest.raises(SkelshotError, match=r"found 'z-score', .*; did you mean 'z-scores'\?"):
        member_fusion("z-score", 2)  # type: ignore[arg-type]


def test_the_command_line_names_every_fusion() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    COMMAND.arguments(parser)
    (choice,) = [action for action in parser._actions if action.dest == "fusion"]
    assert choice.choices == list(FUSIONS) == list(typing.get_args(Fusion))
