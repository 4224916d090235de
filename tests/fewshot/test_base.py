"""Options and tasks that make no sense are refused in one line."""

import pytest
import torch

from skelshot.fewshot import CosineClassifier, ProtoNet, RawNearest, Subspace, check_task
from skelshot.fewshot.base import FewShotMethod, WeightedOptions
from skelshot.ground import SkelshotError


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        (
            CosineClassifier,
            {"scal": 3},
            "method cosine, options: found the unknown option 'scal', expected entropy,",
        ),
        (CosineClassifier, {"scal": 3}, "; did you mean 'scale'?"),
        (CosineClassifier, {"scale": 0}, "method cosine, options, scale: found 0; input should be"),
        (CosineClassifier, {"scale": float("nan")}, "options, scale: found nan"),
        (CosineClassifier, {"entropy": "both"}, "'support', 'query' or 'none'"),
        (CosineClassifier, {"epochs": 1.5}, "options, epochs: found 1.5"),
        (
            RawNearest,
            {"k": 3},
            "method raw-nearest, options: found the unknown option 'k', expected persons, "
            "torso_scale",
        ),
    ],
)
def test_bad_options_are_refused(method, options, message):
    with pytest.raises(SkelshotError) as caught:
        method.from_options(options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_options_given_as_text_are_read():
    options = CosineClassifier.from_options({"scale": "20", "learn_scale": "false"}).options
    assert (options.scale, options.learn_scale) == (20.0, False)


def with_nan(*shape):
    values = torch.zeros(shape)
    values.view(-1)[:3] = float("nan")
    values.view(-1)[3] = float("inf")
    return values


@pytest.mark.parametrize(
    ("support", "queries", "message"),
    [
        (torch.zeros(2, 5, 8), torch.zeros(2, 3, 8), "expected (B, N, K, ...) and (B, Q, ...)"),
        (torch.zeros(2, 5, 1, 8), torch.zeros(2, 3, 8, 1), "found support (2, 5, 1, 8)"),
        (torch.zeros(2, 5, 1, 8), torch.zeros(1, 3, 8), "queries: found 1 tasks, expected 2"),
        (torch.zeros(2, 5, 1, 8), torch.zeros(2, 3, 9), "features of shape (9,), expected (8,)"),
        (torch.zeros(2, 1, 1, 8), torch.zeros(2, 3, 8), "found 1 class(es), expected at least 2"),
        (torch.zeros(2, 5, 0, 8), torch.zeros(2, 3, 8), "found 0 exemplars"),
        ([torch.zeros(2, 8), torch.zeros(1, 8)], torch.zeros(2, 3, 8), "unequal numbers of exempl"),
        (torch.zeros(2, 5, 1, 8, 0, 4), torch.zeros(2, 3, 8, 0, 4), "shape (8, 0, 4), expected a"),
        (torch.zeros(2, 5, 1, 8).half(), torch.zeros(2, 3, 8), "support: found torch.float16"),
        (torch.zeros(2, 5, 1, 8), torch.zeros(2, 3, 8).long(), "queries: found torch.int64"),
        (with_nan(2, 5, 1, 8), torch.zeros(2, 3, 8), "support: found 4 of 80 values that are NaN"),
        (torch.zeros(2, 5, 1, 8), with_nan(2, 3, 8), "queries: found 4 of 48 values that are NaN"),
    ],
)
def test_tensors_that_are_no_task_are_refused(support, queries, message):
    with pytest.raises(SkelshotError) as caught:
        check_task(support, queries)
    assert message in str(caught.value)


def test_huge_but_finite_values_are_a_task():
    support, queries = torch.full((1, 2, 2, 8), 3e38), torch.full((1, 3, 8), 3e38)
    assert not support.sum().isfinite()
    check_task(support, queries)
    support[0, 0, 0, 0] = float("inf")
    with pytest.raises(SkelshotError, match="found 1 of 32"):
        check_task(support, queries)


@pytest.mark.parametrize(
    ("method", "shape", "message"),
    [
        (ProtoNet, (8, 4, 5), "found features of shape (8, 4, 5), expected a vector of each clip"),
        (Subspace, (8,), "expected a vector of each clip, (2, D); the first axis holds the clip"),
        (
            Subspace,
            (3, 8),
            "found features of shape (3, 8), expected a vector of each clip, (2, D)",
        ),
    ],
)
def test_features_that_are_not_what_the_method_reads_are_refused(method, shape, message):
    with pytest.raises(SkelshotError) as caught:
        method()(torch.zeros(1, 5, 2, *shape), torch.zeros(1, 3, *shape))
    assert message in str(caught.value)


def test_the_learning_rate_of_weights_has_a_factor():
    class Heavy(FewShotMethod):
        name = "heavy"
        options_type = WeightedOptions
        has_weights = True

        def forward(self, support, queries):
            raise NotImplementedError

    assert Heavy().lr_factor == 1.0
    assert Heavy.from_options({"lr_factor": 3}).lr_factor == 3.0
    with pytest.raises(SkelshotError, match="method heavy, options, lr_factor: found 0"):
        Heavy.from_options({"lr_factor": 0})


def test_the_episode_loss_is_the_cross_entropy_unless_overridden(toy):
    support, queries, labels = toy(spread=2.0)
    logits = CosineClassifier().episode_logits(support, queries)
    literal = [
        -row.log_softmax(0)[label]
        for row, label in zip(logits.flatten(0, 1), labels.flatten(), strict=True)
    ]
    found = CosineClassifier().episode_loss(logits, labels, support, queries)
    torch.testing.assert_close(found, torch.stack(literal).mean())
