"""Options and tasks that make no sense are refused in one line."""

import pytest
import torch

from skelshot.fewshot import CosineClassifier, RawNearest, check_task
from skelshot.ground import SkelshotError


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        (CosineClassifier, {"scal": 3}, "method cosine: no option 'scal'; its options: entropy,"),
        (CosineClassifier, {"scale": 0}, "method cosine, option 'scale': found 0; input should be"),
        (CosineClassifier, {"scale": float("nan")}, "option 'scale': found nan"),
        (CosineClassifier, {"entropy": "both"}, "'support', 'query' or 'none'"),
        (CosineClassifier, {"epochs": 1.5}, "option 'epochs': found 1.5"),
        (RawNearest, {"k": 3}, "method raw-nearest: no option 'k'; its options: none"),
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
    check_task(torch.full((1, 2, 2, 8), 3e38), torch.full((1, 3, 8), 3e38))
