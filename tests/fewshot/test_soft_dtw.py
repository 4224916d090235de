"""Soft-DTW against its definition, its recursion, tslearn's numbers and finite differences."""

import math

import pytest
import torch

from skelshot.fewshot import soft_dtw as module
from skelshot.fewshot.soft_dtw import (
    cosine_cost,
    soft_dtw,
    soft_dtw_divergence,
    squared_euclid,
)
from skelshot.ground import SkelshotError

TSLEARN = (
    (0.01, 12.91151682327926, 12.911723280348907),
    (0.1, 12.839510852615106, 12.956318945226343),
    (1.0, 6.511573740247561, 15.161857331960052),
    (10.0, -118.76595189166376, 19.108914446029942),
)
"""Gamma, soft-DTW and divergence."""


@pytest.fixture(params=["compiled", "diagonals"])
def engine(request, monkeypatch) -> str:
    """Both ways to compute it, behind the same function."""
    if request.param == "diagonals":
        monkeypatch.setattr(module, "_has_compiled_loop", lambda _: False)
    return request.param


def softmin(values: list[float], gamma: float) -> float:
    least = min(values)
    if math.isinf(least):
        return least
    return least - gamma * math.log(sum(math.exp((least - value) / gamma) for value in values))


def recursion(cost: torch.Tensor, gamma: float) -> float:
    """Algorithm 1 of Cuturi and Blondel, as printed."""
    rows, columns = cost.shape
    reached = {(0, 0): 0.0}
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            before = [(i - 1, j - 1), (i - 1, j), (i, j - 1)]
            least = softmin([reached.get(cell, math.inf) for cell in before], gamma)
            reached[i, j] = cost[i - 1, j - 1].item() + least
    return reached[rows, columns]


def alignments(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    """All monotone paths from the first cell to the last."""
    if (rows, columns) == (1, 1):
        return [[(0, 0)]]
    before = [(rows - 1, columns - 1), (rows - 1, columns), (rows, columns - 1)]
    last = (rows - 1, columns - 1)
    return [[*path, last] for r, c in before if r and c for path in alignments(r, c)]


def draw(pairs: int, rows: int, columns: int, dtype=torch.float64) -> torch.Tensor:
    return torch.rand(pairs, rows, columns, dtype=dtype) * 5


def draw_lengths(pairs: int, rows: int, columns: int) -> torch.Tensor:
    sides = [torch.randint(1, most + 1, (pairs,)) for most in (rows, columns)]
    return torch.stack(sides, dim=1)


@pytest.mark.parametrize("gamma", [0.01, 0.3, 8.0])
def test_is_the_soft_minimum_over_all_alignments(engine, gamma):
    cost = draw(2, 4, 5)
    assert len(alignments(4, 5)) == 129  # a Delannoy number
    for values, result in zip(cost, soft_dtw(cost, gamma), strict=True):
        sums = [sum(values[cell].item() for cell in path) for path in alignments(4, 5)]
        assert result.item() == pytest.approx(softmin(sums, gamma), rel=1e-12)


def test_the_gradient_is_how_often_an_alignment_passes_a_cell(engine):
    cost, gamma = draw(1, 3, 4), 0.7
    expected = torch.zeros(3, 4, dtype=torch.float64)
    paths = alignments(3, 4)
    sums = torch.tensor([sum(cost[0][cell].item() for cell in path) for path in paths])
    for path, share in zip(paths, torch.softmax(-sums / gamma, 0), strict=True):
        for cell in path:
            expected[cell] += share.item()
    cost.requires_grad_()
    soft_dtw(cost, gamma).sum().backward()
    torch.testing.assert_close(cost.grad[0], expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("gamma", [1e-9, 0.02, 1.0, 50.0])
@pytest.mark.parametrize("pairs", [1, 5, 16, 37])
def test_ragged_batches_agree_with_the_literal_recursion(engine, gamma, pairs):
    cost, lengths = draw(pairs, 9, 7), draw_lengths(pairs, 9, 7)
    expected = [
        recursion(values[:rows, :columns], gamma)
        for values, (rows, columns) in zip(cost, lengths.tolist(), strict=True)
    ]
    expected = torch.tensor(expected, dtype=torch.float64)
    torch.testing.assert_close(soft_dtw(cost, gamma, lengths), expected, atol=1e-10, rtol=1e-10)
    single = soft_dtw(cost.float(), gamma, lengths)
    assert single.dtype == torch.float32
    torch.testing.assert_close(single, expected.float(), atol=1e-5, rtol=1e-5)


def test_a_tiny_gamma_gives_dynamic_time_warping(engine):
    x = torch.tensor([0.0, 0.0, 1.0, 2.0, 2.0, 3.0])[None, :, None]
    y = torch.tensor([0.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0])[None, :, None]
    assert soft_dtw(squared_euclid(x, y), 1e-6).item() == pytest.approx(0, abs=1e-4)
    assert soft_dtw(squared_euclid(x, y + 10), 1e-6).item() > 500


def test_agrees_with_tslearn(engine):
    """Numbers of tslearn 0.10.0: `soft_dtw(x, y, gamma)` and the divergence from it."""
    frames = torch.arange(12, dtype=torch.float64)
    x = torch.stack([torch.sin(frames), torch.cos(0.7 * frames)], dim=-1)[None]
    y = torch.stack([torch.cos(frames[:9]), torch.sin(0.3 * frames[:9])], dim=-1)[None]
    cost = squared_euclid(x, y)
    for gamma, value, divergence in TSLEARN:
        assert soft_dtw(cost, gamma).item() == pytest.approx(value, rel=1e-8)
        assert soft_dtw(cost.float(), gamma).item() == pytest.approx(value, rel=1e-5)
        assert soft_dtw_divergence(x, y, gamma).item() == pytest.approx(divergence, rel=1e-8)


@pytest.mark.parametrize("gamma", [0.05, 1.0])
def test_gradcheck(engine, gamma):
    cost, lengths = draw(18, 5, 6).requires_grad_(), draw_lengths(18, 5, 6)
    assert torch.autograd.gradcheck(lambda values: soft_dtw(values, gamma, lengths), (cost,))


def test_gradcheck_from_the_frames(engine):
    x = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    y = torch.randn(2, 5, 3, dtype=torch.float64, requires_grad=True)
    for cost in (squared_euclid, cosine_cost):
        assert torch.autograd.gradcheck(
            lambda a, b, cost=cost: soft_dtw_divergence(a, b, 0.3, cost=cost), (x, y)
        )


def test_the_gradient_is_nothing_beyond_the_lengths(engine):
    cost = draw(3, 4, 6).requires_grad_()
    soft_dtw(cost, 0.5, torch.tensor([[4, 6], [2, 6], [1, 3]])).sum().backward()
    assert cost.grad[0].gt(0).all()
    assert cost.grad[1, :2].gt(0).all()
    assert not cost.grad[1, 2:].any()
    assert torch.equal(
        cost.grad[2], torch.tensor([[1.0] * 3 + [0.0] * 3] + [[0.0] * 6] * 3).double()
    )


def test_a_second_derivative_is_refused(engine):
    cost = draw(1, 3, 3).requires_grad_()
    with pytest.raises(SkelshotError, match="no second derivative"):
        torch.autograd.grad(soft_dtw(cost).sum(), cost, create_graph=True)


def test_long_single_precision_sums_keep_their_digits():
    cost = torch.rand(2, 300, 300) * 100
    exact = soft_dtw(cost.double(), 0.1)
    torch.testing.assert_close(soft_dtw(cost, 0.1).double(), exact, rtol=1e-7, atol=0)


def test_threads_change_nothing(threads):
    cost = torch.rand(400, 24, 24).requires_grad_()
    assert cost.numel() > 200_000  # so that more than one thread is used
    values = soft_dtw(cost, 0.1)
    values.square().sum().backward()
    part = cost.detach()[390:].clone().requires_grad_()
    again = soft_dtw(part, 0.1)
    again.square().sum().backward()
    assert torch.equal(again, values[390:])
    assert torch.equal(part.grad, cost.grad[390:])


def test_layout_in_memory_and_inference_mode_do_not_matter(engine):
    cost = draw(3, 4, 6)
    expected = soft_dtw(cost, 0.2)
    with torch.inference_mode():
        strided = cost.transpose(1, 2).contiguous().transpose(1, 2)
        torch.testing.assert_close(soft_dtw(strided, 0.2), expected)
    assert not soft_dtw(cost, 0.2).requires_grad


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_graphics_card_gives_the_same():
    cost, lengths = draw(20, 9, 7).requires_grad_(), draw_lengths(20, 9, 7)
    on_card = cost.detach().cuda().requires_grad_()
    soft_dtw(cost, 0.1, lengths).sum().backward()
    soft_dtw(on_card, 0.1, lengths).sum().backward()
    torch.testing.assert_close(on_card.grad.cpu(), cost.grad)


def test_the_divergence_of_a_sequence_from_itself_is_zero_and_its_least(engine):
    x, y = torch.randn(6, 8, 3).double(), torch.randn(6, 5, 3).double()
    lengths = draw_lengths(6, 8, 5)
    own = soft_dtw_divergence(x, x, 0.5, lengths[:, [0, 0]])
    torch.testing.assert_close(own, torch.zeros(6).double(), atol=1e-12, rtol=0)
    forth = soft_dtw_divergence(x, y, 0.5, lengths)
    back = soft_dtw_divergence(y, x, 0.5, lengths.flip(1))
    torch.testing.assert_close(forth, back)
    assert (forth > 0).all()
    alone = soft_dtw_divergence(x[2:3, : lengths[2, 0]], y[2:3, : lengths[2, 1]], 0.5)
    torch.testing.assert_close(forth[2:3], alone)


def test_frame_costs():
    x, y = torch.randn(2, 4, 3).double(), torch.randn(2, 5, 3).double()
    for task in range(2):
        for i in range(4):
            for j in range(5):
                a, b = x[task, i], y[task, j]
                assert squared_euclid(x, y)[task, i, j] == pytest.approx(
                    ((a - b) ** 2).sum().item()
                )
                cosine = (a @ b / (a.norm() * b.norm())).item()
                assert cosine_cost(x, y)[task, i, j].item() == pytest.approx(1 - cosine)
    assert squared_euclid(x * 1e4, x * 1e4).min() >= 0
    assert cosine_cost(torch.zeros(1, 3), torch.ones(1, 3)).item() == 1


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([[2, 3], [0, 3]], "pair 1: found lengths 0 and 3, expected 1 to 4 and 1 to 6"),
        ([[2, 7], [1, 3]], "pair 0: found lengths 2 and 7"),
        ([[2, 3]], r"found lengths of shape \(1, 2\)"),
        ([[2.0, 3.0], [1.0, 1.0]], "torch.float32, expected integers"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths, message):
    with pytest.raises(SkelshotError, match=message):
        soft_dtw(draw(2, 4, 6), 0.1, torch.tensor(lengths))


@pytest.mark.parametrize("gamma", [0.0, -1.0, math.nan, math.inf])
def test_gamma_out_of_range_is_refused(gamma):
    with pytest.raises(SkelshotError, match="found gamma="):
        soft_dtw(draw(1, 2, 2), gamma)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e20])
def test_costs_that_are_no_numbers_are_counted(bad):
    cost = draw(2, 3, 3)
    cost[1, 2, 0] = bad
    with pytest.raises(SkelshotError, match="found 1 of 18 costs that are NaN or beyond 1e12"):
        soft_dtw(cost)


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        (torch.zeros(3, 4), r"shape \(3, 4\), expected \(B, N, M\)"),
        (torch.zeros(2, 0, 4), "none of them 0"),
        (torch.zeros(1, 2, 2, dtype=torch.float16), "found a cost of torch.float16"),
        (torch.zeros(1, 2, 2, dtype=torch.int64), "found a cost of torch.int64"),
    ],
)
def test_costs_of_a_wrong_form_are_refused(cost, message):
    with pytest.raises(SkelshotError, match=message):
        soft_dtw(cost)
