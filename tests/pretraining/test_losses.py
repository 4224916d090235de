"""Equation 1 and the contrast within the batch, literally."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.pretraining.losses import likeness_loss, regression_loss, soft_contrast_loss


def test_both_forms_of_equation_1() -> None:
    generator = torch.Generator().manual_seed(0)
    q, z = torch.randn(2, 6, 5, generator=generator)
    distances = [(a / a.norm() - b / b.norm()).pow(2).sum() for a, b in zip(q, z, strict=True)]
    cosines = [2 - 2 * (a @ b) / (a.norm() * b.norm()) for a, b in zip(q, z, strict=True)]
    assert torch.allclose(regression_loss(q, z), torch.stack(distances).mean(), atol=1e-6)
    assert torch.allclose(regression_loss(q, z), torch.stack(cosines).mean(), atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), scale=st.floats(0.01, 100.0))
def test_only_the_direction_counts(seed: int, scale: float) -> None:
    q = torch.randn(4, 6, generator=torch.Generator().manual_seed(seed))
    assert abs(float(regression_loss(q, q * scale))) < 1e-5
    assert abs(float(regression_loss(q, -q * scale)) - 4) < 1e-5


def test_nothing_flows_into_the_target() -> None:
    q, z = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0)).unbind()
    q, z = q.clone().requires_grad_(), z.clone().requires_grad_()
    regression_loss(q, z).backward()
    assert z.grad is None
    assert q.grad is not None
    assert q.grad.abs().sum() > 0


def test_half_precision_is_summed_in_float32() -> None:
    q, z = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0)).bfloat16()
    assert regression_loss(q, z).dtype == torch.float32
    assert torch.equal(regression_loss(q, z), regression_loss(q.float(), z.float()))


def test_soft_contrast_is_a_cross_entropy_with_the_teachers_similarities() -> None:
    q, z = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0)).unbind()

    def cos(a: torch.Tensor, b: torch.Tensor) -> float:
        return float(a @ b / (a.norm() * b.norm()))

    total = 0.0
    for i in range(5):
        shares = [math.exp(cos(z[i], z[j]) / 0.2) for j in range(5)]
        guesses = [math.exp(7 * cos(q[i], z[j])) for j in range(5)]
        for share, guess in zip(shares, guesses, strict=True):
            total -= share / sum(shares) * math.log(guess / sum(guesses)) / 5
    assert float(soft_contrast_loss(q, z, scale=7.0, temperature=0.2)) == pytest.approx(total)


def test_soft_contrast_lets_like_targets_share_the_mark() -> None:
    classes = torch.eye(4)[[0, 0, 1, 1]]
    right = soft_contrast_loss(classes, classes, scale=100.0, temperature=0.01)
    assert float(right) == pytest.approx(math.log(2), abs=1e-4)
    wrong = soft_contrast_loss(classes.roll(2, 0), classes, scale=100.0, temperature=0.01)
    assert float(wrong) > 50


def test_soft_contrast_gives_the_target_no_gradient() -> None:
    q, z = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0)).unbind()
    q, z = q.clone().requires_grad_(), z.clone().requires_grad_()
    soft_contrast_loss(q, z).backward()
    assert z.grad is None
    assert q.grad is not None


def test_soft_contrast_is_float32_under_autocast() -> None:
    q, z = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0)).unbind()
    with torch.autocast("cpu", torch.bfloat16):
        found = soft_contrast_loss(q, z)
    assert torch.equal(found, soft_contrast_loss(q, z))


def test_likenesses_are_compared_among_the_other_clips() -> None:
    generator = torch.Generator().manual_seed(0)
    s, *teachers = (torch.randn(5, size, generator=generator) for size in (4, 6, 3))

    def cos(a: torch.Tensor, b: torch.Tensor) -> float:
        return float(a @ b / (a.norm() * b.norm()))

    total = 0.0
    for i in range(5):
        others = [j for j in range(5) if j != i]
        means = [sum(cos(t[i], t[j]) for t in teachers) / 2 for j in others]
        shares = [math.exp(mean / 0.2) for mean in means]
        guesses = [math.exp(cos(s[i], s[j]) / 0.2) for j in others]
        for share, guess in zip(shares, guesses, strict=True):
            total -= share / sum(shares) * math.log(guess / sum(guesses)) / 5
    assert float(likeness_loss(s, teachers, temperature=0.2)) == pytest.approx(total)


def test_likenesses_teach_the_student_alone_and_are_float32() -> None:
    s, t = torch.randn(2, 4, 6, generator=torch.Generator().manual_seed(0)).unbind()
    s, t = s.clone().requires_grad_(), t.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        found = likeness_loss(s, [t])
    found.backward()
    assert torch.equal(found, likeness_loss(s, [t]))
    assert s.grad is not None
    assert s.grad.abs().sum() > 0
    assert t.grad is None


def test_cosines_become_the_teachers() -> None:
    s, t = torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(0)).unbind()
    s = s.clone().requires_grad_()
    optimiser = torch.optim.Adam([s], lr=0.05)
    for _ in range(300):
        optimiser.zero_grad()
        likeness_loss(s, [t], temperature=0.3).backward()
        optimiser.step()
    found, wanted = (torch.nn.functional.normalize(x.detach()) for x in (s, t))
    gap = found @ found.T - wanted @ wanted.T
    # A softmax leaves a constant a row free, but all rows share their cosines.
    torch.testing.assert_close(gap, torch.zeros(6, 6), rtol=0, atol=0.05)


def test_one_clip_is_like_no_other() -> None:
    with pytest.raises(ValueError, match="found one clip"):
        likeness_loss(torch.ones(1, 3), [torch.ones(1, 3)])
