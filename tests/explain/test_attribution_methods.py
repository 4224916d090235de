"""Methods of attribution on decisions whose attributions are known in closed form."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from skelshot.explain import ATTRIBUTIONS, Question
from skelshot.explain.baselines import baseline_of
from skelshot.explain.boundary import nearest_boundary
from skelshot.ground import SkelshotError

from .conftest import asked

ANY = [name for name in ATTRIBUTIONS.names if name != "alignment"]
BY_GRADIENT = ["big", "integrated-gradients", "saliency"]


def weights_of(question: Question) -> Tensor:
    return question.__dict__["weights"][question.labels]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ANY)
def test_the_form_is_that_of_the_clips(name: str, linear: Callable[..., Question]) -> None:
    question = linear()
    first, second = (ATTRIBUTIONS.named(name)().attribute(question) for _ in range(2))
    assert first.values.shape == question.positions.shape
    assert first.values.isfinite().all()
    assert torch.equal(first.values, second.values)
    assert (first.found is None) == (name != "big")
    assert (first.gaps is None) == (name not in ("big", "integrated-gradients"))


def test_saliency_of_a_linear_decision_is_its_weights(linear: Callable[..., Question]) -> None:
    question = linear()
    torch.testing.assert_close(
        ATTRIBUTIONS.named("saliency")().attribute(question).values, weights_of(question)
    )


@pytest.mark.parametrize("baseline", ["still", "zero"])
def test_integrated_gradients_of_a_linear_decision(
    baseline: str, linear: Callable[..., Question]
) -> None:
    """W (x - x'), whatever the number of points."""
    question = linear(bias=2.0)
    method = ATTRIBUTIONS.named("ig").from_options({"baseline": baseline, "steps": "1"})
    origin = baseline_of(question, baseline)  # type: ignore[arg-type]
    expected = weights_of(question) * (question.positions - origin)
    found = method.attribute(question)
    torch.testing.assert_close(found.values, expected, rtol=1e-4, atol=1e-5)
    assert found.gaps is not None
    assert found.gaps.abs().max() < 1e-3


def test_big_of_a_linear_decision_is_shared_out_from_the_boundary(
    linear: Callable[..., Question],
) -> None:
    question = linear(target="margin")
    found = ATTRIBUTIONS.named("big").from_options({"metric": "euclid"}).attribute(question)
    boundary = nearest_boundary(question, 16, 10, 1.0)
    margins = question.values(question.positions, question.rows)
    assert found.found is not None
    assert found.found.all()
    # the margin is 0 at the boundary, so all of it is shared out
    torch.testing.assert_close(found.values.flatten(1).sum(1), margins, rtol=0.02, atol=0.02)
    assert torch.equal(found.values == 0, question.positions == boundary.points)


@pytest.mark.parametrize("metric", ["euclid", "movement"])
def test_the_metric_says_which_joints_are_changed(
    metric: str, linear: Callable[..., Question]
) -> None:
    """A joint that rests is hardly changed where movement counts, and as others where not."""
    question = linear(target="margin")
    question.positions[:, :, :, 2] = question.positions[:, :, :1, 2]
    found = ATTRIBUTIONS.named("big").from_options({"metric": metric}).attribute(question)
    assert found.found is not None
    assert found.found.all()
    of_joints = found.values.abs().sum((0, 1, 2, 4))
    others = of_joints[[0, 1, 3, 4]].mean()
    assert (of_joints[2] < 0.01 * others) == (metric == "movement")


def test_a_clip_that_holds_still_has_a_boundary_too() -> None:
    question = asked(lambda x: torch.stack([x[:, 0], 0 * x[:, 0]], dim=1), torch.tensor([3.0, 4.0]))
    found = ATTRIBUTIONS.named("big")().attribute(question)
    assert found.distances is not None
    assert found.distances.item() == pytest.approx(3, rel=0.01)


@pytest.mark.parametrize("name", ["big", "integrated-gradients"])
def test_the_sum_is_the_difference_of_logits_within_the_gap(name: str) -> None:
    """A curved decision: the gap is what is told, and falls with the number of points."""

    def scores(x: Tensor) -> Tensor:
        return torch.stack([(x * torch.arange(1, 5)).sin().sum(1), x.square().sum(1) / 9], dim=1)

    gaps = {}
    question = asked(scores, torch.tensor([0.3, -0.9, 0.5, 0.4]))
    for steps in (1, 4, 16):
        options = {"steps": steps} | (
            {"baseline": "zero"} if name != "big" else {"reach": 3, "metric": "euclid"}
        )
        found = ATTRIBUTIONS.named(name).from_options(options).attribute(question)
        origin = torch.zeros_like(question.positions)
        if name == "big":
            origin = nearest_boundary(question, 16, 10, 3.0).points
        start, end = (question.values(at, question.rows) for at in (origin, question.positions))
        assert found.gaps is not None
        difference = found.values.sum() - found.gaps[0]
        assert difference.item() == pytest.approx((end - start).item(), abs=1e-5)
        gaps[steps] = abs(found.gaps.item())
    assert gaps[16] < 1e-4 < gaps[1]


def test_occlusion_of_a_linear_decision(linear: Callable[..., Question]) -> None:
    """What a block is worth is what its joints add to the logit, less what they add at rest."""
    question = linear(clips=2)
    found = ATTRIBUTIONS.named("occlusion").from_options({"blocks": 2}).attribute(question).values
    worth = weights_of(question) * (question.positions - baseline_of(question, "still"))
    for piece in (slice(0, 2), slice(2, 4)):
        torch.testing.assert_close(
            found[:, :, piece].sum((1, 2)), worth[:, :, piece].sum((1, 2)), rtol=1e-3, atol=1e-4
        )
        assert torch.equal(found[:, :1, piece][:, :, :1], found[:, 2:, piece][:, :, 1:])


def test_nobody_is_explained_where_nobody_is(linear: Callable[..., Question]) -> None:
    question = linear()
    question.present[:, 2:, 1] = False
    question.positions[:, :, 2:, :, 1] = 0
    for name in ("occlusion", "random"):
        values = ATTRIBUTIONS.named(name)().attribute(question).values
        assert not values[:, :, 2:, :, 1].any()
        assert values[:, :, :2, :, 1].all()


@pytest.mark.parametrize("name", BY_GRADIENT)
@pytest.mark.parametrize(
    ("scores", "told"),
    [
        (lambda x: x.detach().repeat(1, 2), "has no gradient; choose --attribution occlusion"),
        (lambda x: (x - x).sqrt().repeat(1, 2), "gradient of clip wave_01 is not finite; choose"),
    ],
)
def test_what_gradients_cannot_tell_is_one_line(
    name: str, scores: Callable[[Tensor], Tensor], told: str
) -> None:
    question = asked(scores, torch.tensor([1.0, 2.0]))
    with pytest.raises(SkelshotError, match=told) as error:
        ATTRIBUTIONS.named(name)().attribute(question)
    assert "\n" not in str(error.value)


def test_a_step_has_no_boundary_to_go_down_to_but_can_be_occluded() -> None:
    def steps(x: Tensor) -> Tensor:
        return torch.stack([(x > 0).sum(1) + 0 * x.sum(1), 0 * x.sum(1)], dim=1)

    question = asked(steps, torch.tensor([1.0, -2.0]))
    with pytest.raises(SkelshotError, match=r"has the gradient 0, .* choose --attribution occl"):
        ATTRIBUTIONS.named("big")().attribute(question)
    zero = ATTRIBUTIONS.named("occlusion").from_options({"baseline": "zero"})
    assert zero.attribute(question).values.sum().item() == 1


def test_only_matching_methods_align(linear: Callable[..., Question]) -> None:
    with pytest.raises(SkelshotError, match="aligns no feature maps; choose --method soft-dtw"):
        ATTRIBUTIONS.named("alignment")().attribute(linear())


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("big", {"stepz": 3}, "--attribution big, attribution: found the unknown option 'stepz'"),
        ("big", {"steps": 0}, "greater than or equal to 1"),
        ("ig", {"baseline": "black"}, "'still' or 'zero'"),
        ("saliency", {"target": "loss"}, "'logit' or 'margin'"),
        ("occlusion", {"blocks": "many"}, "valid integer"),
    ],
)
def test_options_that_do_not_fit(name: str, options: dict[str, object], told: str) -> None:
    with pytest.raises(SkelshotError, match=told):
        ATTRIBUTIONS.named(name).from_options(options)


def test_an_unknown_name_lists_all() -> None:
    with pytest.raises(SkelshotError, match=r"--attribution: found 'bigg', .* mean 'big'"):
        ATTRIBUTIONS.named("bigg", "--attribution")
