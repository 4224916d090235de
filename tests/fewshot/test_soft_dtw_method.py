"""Soft-DTW as a few-shot method."""

import pytest
import torch

from skelshot.fewshot.soft_dtw import cosine_cost, soft_dtw, soft_dtw_divergence
from skelshot.fewshot.soft_dtw_method import SoftDTW, SoftDTWOptions, mean_square
from skelshot.ground import SkelshotError

SHAPE = (8, 6, 5)


def vectors(one_map: torch.Tensor) -> torch.Tensor:
    return one_map.permute(1, 2, 0).flatten(1)[None]


@pytest.mark.parametrize("cost", ["cosine", "euclid"])
@pytest.mark.parametrize("divergence", [True, False])
@pytest.mark.parametrize("to", ["mean", "exemplar"])
def test_is_minus_the_distance_to_the_nearest(toy, cost, divergence, to):
    support, queries, _ = toy(tasks=1, classes=3, shots=2, shape=SHAPE)
    options = SoftDTWOptions(distance=cost, divergence=divergence, to=to, gamma=0.3)
    found = SoftDTW(options)(support, queries)[0]
    between = cosine_cost if cost == "cosine" else mean_square

    def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if divergence:
            return soft_dtw_divergence(vectors(x), vectors(y), 0.3, cost=between)[0]
        return soft_dtw(between(vectors(x), vectors(y)), 0.3)[0]

    for query, logits in list(zip(queries[0], found, strict=True))[:4]:
        for exemplars, logit in zip(support[0], logits, strict=True):
            anchors = [exemplars.mean(0)] if to == "mean" else exemplars
            nearest = min(distance(query, anchor) for anchor in anchors)
            torch.testing.assert_close(logit, -nearest, atol=1e-5, rtol=1e-4)


def test_mean_square_is_the_mean_over_the_numbers_of_a_frame():
    x, y = torch.randn(4, 6).double(), torch.randn(5, 6).double()
    assert mean_square(x, y)[1, 2].item() == pytest.approx((x[1] - y[2]).square().mean().item())


def test_by_length_divides_by_the_frames(toy):
    support, queries, _ = toy(shape=SHAPE)
    plain = SoftDTW()(support, queries)
    divided = SoftDTW(SoftDTWOptions(by_length=True))(support, queries)
    torch.testing.assert_close(divided * 6, plain)


def test_a_pace_that_differs_costs_little():
    """What it is for: the same movement, later, is nearer than another movement."""
    slow = torch.randn(1, 1, 1, 8, 4, 5).repeat_interleave(2, dim=4)
    other = torch.randn(1, 1, 1, 8, 8, 5)
    late = slow[..., [0, 0, 0, 1, 2, 3, 5, 7], :]
    method = SoftDTW(SoftDTWOptions(gamma=0.001))
    logits = method(torch.cat([slow, other], dim=1), late[:, 0])[0, 0]
    assert logits[0] > -0.01
    assert logits[1] < -0.5


def test_vectors_are_refused(toy):
    support, queries, _ = toy()
    with pytest.raises(SkelshotError, match="method soft-dtw: found features of shape"):
        SoftDTW()(support, queries)


def test_a_gamma_of_zero_is_refused_with_its_name():
    with pytest.raises(SkelshotError, match="method soft-dtw, options, gamma: found 0"):
        SoftDTW.from_options({"gamma": 0})
