"""The alignment over time and views, against its definition, its recursion and Soft-DTW."""

import math
from itertools import pairwise, product

import pytest
import torch

from skelshot.fewshot.soft_dtw import soft_dtw
from skelshot.fewshot.view_alignment import view_soft_dtw
from skelshot.ground import SkelshotError


def softmin(values: list[float], gamma: float) -> float:
    least = min(values)
    if math.isinf(least):
        return least
    return least - gamma * math.log(sum(math.exp((least - value) / gamma) for value in values))


def recursion(cost: torch.Tensor, gamma: float, shift: int) -> float:
    """The recursion cell by cell, infinite where there is none."""
    P, S, N, M = cost.shape
    reached: dict[tuple[int, ...], float] = {}
    near = range(-shift, shift + 1)
    for t, u, p, s in product(range(N), range(M), range(P), range(S)):
        before = [
            reached.get((p - i, s - j, t - dt, u - du), math.inf)
            for i, j, (dt, du) in product(near, near, ((0, 1), (1, 0), (1, 1)))
        ]
        least = 0.0 if (t, u) == (0, 0) else softmin(before, gamma)
        reached[p, s, t, u] = cost[p, s, t, u].item() + least
    return softmin([reached[p, s, N - 1, M - 1] for p in range(P) for s in range(S)], gamma)


def draw(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.rand(shape, dtype=dtype) * 5


@pytest.mark.parametrize("gamma", [1e-3, 0.1, 5.0])
@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize(
    "shape", [(5, 1, 4, 3), (4, 3, 3, 4), (1, 3, 2, 5), (3, 2, 1, 4), (2, 2, 5, 1), (3, 3, 1, 1)]
)
def test_agrees_with_the_literal_recursion(gamma, shift, shape):
    cost = draw(3, *shape)
    expected = torch.tensor([recursion(one, gamma, shift) for one in cost], dtype=cost.dtype)
    torch.testing.assert_close(view_soft_dtw(cost, gamma, shift), expected, atol=1e-10, rtol=1e-10)
    single = view_soft_dtw(cost.float(), gamma, shift)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single, expected.float(), atol=1e-5, rtol=1e-5)


def test_is_the_soft_minimum_over_all_paths():
    """Two frames each: one diagonal step or two single ones, and views as near as allowed."""
    cost, gamma, shift = draw(1, 3, 2, 2, 2), 0.3, 1
    cells = list(product(range(3), range(2)))
    sums = []
    for steps in ([(0, 0), (1, 1)], [(0, 0), (0, 1), (1, 1)], [(0, 0), (1, 0), (1, 1)]):
        for path in product(cells, repeat=len(steps)):
            moves = [(a[0] - b[0], a[1] - b[1]) for a, b in pairwise(path)]
            if all(abs(move) <= shift for both in moves for move in both):
                places = zip(path, steps, strict=True)
                sums.append(sum(cost[(0, *views, *frames)].item() for views, frames in places))
    assert view_soft_dtw(cost, gamma, shift).item() == pytest.approx(softmin(sums, gamma))


def test_one_view_is_soft_dtw():
    cost = draw(4, 6, 5)
    found = view_soft_dtw(cost[:, None, None], 0.2, 1)
    torch.testing.assert_close(found, soft_dtw(cost, 0.2))


def test_without_shifts_it_is_the_softmin_of_soft_dtw_over_views():
    cost = draw(4, 3, 2, 6, 5)
    each = soft_dtw(cost.flatten(0, 2), 0.2).view(4, 6)
    expected = -0.2 * torch.logsumexp(each / -0.2, dim=1)
    torch.testing.assert_close(view_soft_dtw(cost, 0.2, 0), expected)


@pytest.mark.parametrize("shift", [3, 9])
def test_with_all_shifts_views_are_free_at_every_frame(shift):
    cost = draw(4, 4, 2, 6, 5)
    freest = -0.2 * torch.logsumexp(cost / -0.2, dim=(1, 2))
    torch.testing.assert_close(view_soft_dtw(cost, 0.2, shift), soft_dtw(freest, 0.2))


def test_more_shifts_never_cost_more():
    cost = draw(8, 5, 1, 6, 6)
    found = [view_soft_dtw(cost, 0.1, shift) for shift in range(5)]
    for fewer, more in pairwise(found):
        assert (more <= fewer + 1e-9).all()
        assert (more < fewer - 1e-9).any()


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("shape", [(2, 3, 2, 3, 4), (2, 4, 1, 2, 2), (1, 2, 2, 1, 3)])
def test_gradcheck(shift, shape):
    cost = draw(*shape).requires_grad_()
    assert torch.autograd.gradcheck(lambda values: view_soft_dtw(values, 0.5, shift), (cost,))


def test_the_gradient_counts_how_often_paths_pass():
    cost = draw(2, 5, 1, 4, 4).requires_grad_()
    view_soft_dtw(cost, 0.2).sum().backward()
    passed = cost.grad.sum((1, 2))
    assert (cost.grad >= 0).all()
    ends = passed[:, [0, 3], [0, 3]]  # every path begins and ends there, in one view
    torch.testing.assert_close(ends, torch.ones_like(ends))


def test_a_tiny_gamma_and_long_clips_stay_finite():
    cost = draw(2, 5, 1, 40, 40, dtype=torch.float32).requires_grad_()
    found = view_soft_dtw(cost, 1e-9)
    found.sum().backward()
    assert found.isfinite().all()
    assert cost.grad.isfinite().all()
    assert cost.grad.sum((1, 2, 3, 4)).ge(40 - 1e-3).all()  # a path has 40 cells or more


@pytest.mark.parametrize(
    ("cost", "gamma", "shift", "message"),
    [
        (torch.zeros(2, 3, 4), 0.1, 1, r"shape \(2, 3, 4\), expected \(B, P, S, N, M\)"),
        (torch.zeros(2, 0, 1, 4, 4), 0.1, 1, "none of them 0"),
        (torch.zeros(1, 1, 1, 2, 2).half(), 0.1, 1, "found a cost of torch.float16"),
        (torch.zeros(1, 1, 1, 2, 2), 0.0, 1, "found gamma=0.0 and shift=1"),
        (torch.zeros(1, 1, 1, 2, 2), math.nan, 1, "found gamma=nan"),
        (torch.zeros(1, 1, 1, 2, 2), 0.1, -1, "found gamma=0.1 and shift=-1"),
        (torch.tensor([[[[[1.0, math.nan]]]]]), 0.1, 1, "found 1 of 2 costs that are NaN"),
        (torch.tensor([[[[[1e20, math.inf]]]]]), 0.1, 1, "found 2 of 2 costs"),
    ],
)
def test_what_cannot_be_aligned_is_refused(cost, gamma, shift, message):
    with pytest.raises(SkelshotError, match=message) as caught:
        view_soft_dtw(cost, gamma, shift)
    assert "\n" not in str(caught.value)
