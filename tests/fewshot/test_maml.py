"""MAML: what it starts from, what it learns, and how much memory it takes."""

import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from skelshot.fewshot.maml import FLOAT, MAML, MEGABYTE, MAMLOptions, adaptation_floats
from skelshot.fewshot.weights import load_method, save_method
from skelshot.ground import SkelshotError

SHAPE = (8, 4, 5)


def made(seed: int | None = None, **options) -> MAML:
    """A method with weights; away from where they start when given a seed."""
    method = MAML.from_options(options)
    method.make_weights(SHAPE)
    if seed is not None and method.layer is not None:
        generator = torch.Generator().manual_seed(seed)
        method.layer.data.copy_(0.1 * torch.randn(8, 8, generator=generator))
    return method


@pytest.fixture
def tasks(toy):
    """Maps without negative values, as encoders give them."""
    support, queries, labels = toy(shape=SHAPE)
    return support.relu(), queries.relu(), labels


@pytest.mark.parametrize("joints", [True, False])
def test_without_steps_it_is_nearest_prototypes_of_the_map_as_it_is(tasks, joints):
    support, queries, _ = tasks

    def features(maps):
        means = maps.mean(-2).transpose(-1, -2) if joints else maps.mean((-2, -1))
        return normalize(means.flatten(3 if maps is support else 2), dim=-1)

    prototypes = features(support).mean(2)
    seen = features(queries)
    # The distance but for |q|^2, which is the same for every class.
    expected = 10.0 * (1 - (seen[:, :, None] - prototypes[:, None]).square().sum(-1))
    for inner in ("layer", "head"):
        found = made(inner=inner, inner_steps=0, joints=joints)(support, queries)
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("inner", ["layer", "head"])
@pytest.mark.parametrize("start", ["prototype", "zero"])
def test_steps_fit_the_exemplars(tasks, inner, start):
    support, _, _ = tasks
    truth = torch.arange(5).repeat_interleave(3).repeat(4)

    def loss(steps):
        method = made(seed=0, inner=inner, start=start, inner_steps=steps, inner_lr=0.02)
        with torch.no_grad():
            return cross_entropy(method(support, support.flatten(1, 2)).flatten(0, 1), truth)

    assert loss(20) < loss(5) < loss(0)


def test_the_layer_is_learned_in_episodes(tasks):
    support, queries, labels = tasks
    method = made()
    optimiser = torch.optim.Adam(method.parameters(), lr=0.01)
    losses = []
    for _ in range(15):
        optimiser.zero_grad()
        loss = method.episode_loss(
            method.episode_logits(support, queries), labels, support, queries
        )
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
    assert [name for name, _ in method.named_parameters()] == ["layer"]


def test_a_head_that_starts_at_zero_has_no_order_of_classes(tasks):
    support, queries, _ = tasks
    order = torch.tensor([3, 1, 4, 0, 2])
    method = made(seed=0, start="zero")
    permuted = method(support[:, order], queries)
    torch.testing.assert_close(permuted, method(support, queries)[..., order])


def test_groups_that_fit_into_memory_give_the_same(tasks):
    support, queries, _ = tasks
    whole = made(seed=1)
    fixed, each = adaptation_floats(MAMLOptions(), SHAPE, 5, 3)
    for floats, groups in ((2 * (fixed + 24 * each), (2, 24)), (fixed + 5 * each, (1, 5))):
        bound = floats * FLOAT / MEGABYTE
        small = made(seed=1, memory_mb=bound)
        assert small._groups(SHAPE, 5, 3, 24) == groups
        torch.testing.assert_close(small(support, queries), whole(support, queries))


def test_the_estimate_covers_what_the_profiler_sees():
    """Allocated and not yet freed, at the fullest moment of one task with 40 queries."""
    shape, ways, shots, count = (64, 6, 20), 5, 1, 40
    method = MAML()
    method.make_weights(shape)
    method.requires_grad_(False)
    support, queries = torch.rand(1, ways, shots, *shape), torch.rand(1, count, *shape)
    method(support, queries)
    with torch.profiler.profile(profile_memory=True) as profile:
        method(support, queries)
    changes = [
        (event.start_ns(), event.nbytes())
        for event in profile.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    held = most = 0
    for _, change in sorted(changes, key=lambda entry: entry[0]):
        held += change
        most = max(most, held)
    fixed, each = adaptation_floats(method.options, shape, ways, shots)
    estimate = FLOAT * (fixed + count * each)
    assert 0.5 * estimate < most <= estimate


def test_a_task_that_does_not_fit_is_refused_before_any_work(tasks):
    wide = (256, 16, 25)
    method = MAML.from_options({"memory_mb": 5})
    method.check_shape(20, 1)  # the form of the maps is not known yet
    with pytest.raises(SkelshotError, match=r"20 classes and 1 .* needs 35.* memory_mb allows 5;"):
        method.make_weights(wide)
    fitting = MAML.from_options({"memory_mb": 60})
    fitting.make_weights(wide)
    with pytest.raises(SkelshotError, match=r"60 classes and 5 exemplars of each .* inner=head"):
        fitting.check_shape(60, 5)
    MAML.from_options({"memory_mb": 5, "inner": "head"}).make_weights(wide)
    support, queries, _ = tasks
    with pytest.raises(SkelshotError, match=r"memory_mb allows 0\.001"):
        MAML.from_options({"memory_mb": 0.001, "inner": "head"})(support, queries)


def test_weights_travel_with_their_options(tasks, tmp_path):
    support, queries, _ = tasks
    method = made(seed=2, inner_steps=3)
    save_method(tmp_path / "method.safetensors", method, SHAPE)
    loaded = load_method(tmp_path / "method.safetensors", MAML(), SHAPE)
    assert loaded.options.inner_steps == 3
    assert torch.equal(loaded(support, queries), method(support, queries))
    further = MAML.from_options({"inner_steps": 9})
    assert load_method(tmp_path / "method.safetensors", further, SHAPE).options.inner_steps == 9


def test_refusals(tasks):
    support, queries, _ = tasks
    with pytest.raises(SkelshotError, match="method maml: has no weights yet"):
        MAML()(support, queries)
    with pytest.raises(SkelshotError, match="found maps of 4 channels, its weights are for 8"):
        made()(support[:, :, :, :4], queries[:, :, :4])
    assert not MAML.from_options({"inner": "head"}).has_weights
