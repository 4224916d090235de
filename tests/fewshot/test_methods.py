"""The contract that every method keeps."""

import pytest
import torch

from skelshot.fewshot import METHODS, FewShotMethod, method_named
from skelshot.ground import SkelshotError

# Large images tell no more of random clips than small ones, and take seconds.
SMALL = {"sl-dml": {"image_size": 32}, "skeleton-dml": {"image_size": 32}}
SHAPES = {"vector": (16,), "map": (8, 4, 5), "clip": (3, 6, 5, 1)}


@pytest.fixture(params=METHODS.shipped, ids=lambda kind: kind.name)
def method(request) -> FewShotMethod:
    method = request.param.from_options(SMALL.get(request.param.name, {}))
    method.make_weights(SHAPES[method.reads])
    return method.eval()


def shape_of(method: FewShotMethod) -> tuple[int, ...]:
    """What the method reads of a clip, with an axis of views where it wants some."""
    shape = SHAPES[method.reads]
    return (1 + len(method.views), *shape) if method.views else shape


@pytest.fixture
def tasks(method, toy):
    return toy(shape=shape_of(method))


@pytest.mark.parametrize("shots", [1, 4])
def test_scores_every_query_and_recognises_separable_classes(method, toy, shots):
    support, queries, labels = toy(shots=shots, shape=shape_of(method))
    logits = method(support, queries)
    assert logits.shape == (4, 24, 5)
    assert (logits.argmax(-1) == labels).float().mean() > 0.8


def test_tasks_do_not_see_each_other(method, tasks):
    together = method(tasks.support, tasks.queries)
    for task in range(4):
        alone = method(tasks.support[task : task + 1], tasks.queries[task : task + 1])[0]
        torch.testing.assert_close(alone, together[task], atol=1e-4, rtol=1e-4)


def test_permuting_the_classes_permutes_the_logits(method, tasks):
    order = torch.tensor([3, 1, 4, 0, 2])
    permuted = method(tasks.support[:, order], tasks.queries)
    expected = method(tasks.support, tasks.queries)[..., order]
    torch.testing.assert_close(permuted, expected, atol=1e-4, rtol=1e-4)


def test_permuting_the_exemplars_changes_nothing(method, tasks):
    permuted = method(tasks.support[:, :, [2, 0, 1]], tasks.queries)
    expected = method(tasks.support, tasks.queries)
    torch.testing.assert_close(permuted, expected, atol=1e-4, rtol=1e-4)


def test_permuting_the_queries_permutes_the_logits(method, tasks):
    order = torch.randperm(24, generator=torch.Generator().manual_seed(0))
    permuted = method(tasks.support, tasks.queries[:, order])
    expected = method(tasks.support, tasks.queries)[:, order]
    torch.testing.assert_close(permuted, expected, atol=1e-4, rtol=1e-4)


def test_same_input_same_output(method, tasks):
    first, second = (method(tasks.support, tasks.queries) for _ in range(2))
    assert torch.equal(first, second)


def test_inputs_are_left_as_they_are(method, tasks):
    support, queries = tasks.support.clone(), tasks.queries.clone()
    method(support, queries)
    assert torch.equal(support, tasks.support)
    assert torch.equal(queries, tasks.queries)


def test_episodes_carry_gradients_to_support_and_queries(method, tasks):
    if method.fits_frozen_features:
        pytest.skip("episodes refuse it, see tests/pretraining/test_episodic_methods.py")
    support, queries = tasks.support.requires_grad_(), tasks.queries.requires_grad_()
    logits = method.episode_logits(support, queries)
    torch.nn.functional.cross_entropy(logits.flatten(0, 1), tasks.labels.flatten()).backward()
    for values in (support, queries):
        assert values.grad.isfinite().all()
        assert values.grad.any()


def test_nan_is_refused_with_its_count(method, tasks):
    tasks.support.view(-1)[7] = float("nan")
    with pytest.raises(SkelshotError, match="support: found 1 of"):
        method(tasks.support, tasks.queries)


def test_declares_itself(method):
    assert method_named(method.name) is type(method)
    assert method.reads in SHAPES
    assert type(method).from_options({}).options == type(method)().options


def test_names_are_distinct_and_an_unknown_one_lists_them():
    names = [kind.name for kind in METHODS.shipped]
    assert len(set(names)) == len(names)
    with pytest.raises(SkelshotError, match=f"found 'cosin', expected one of {', '.join(names)}"):
        method_named("cosin")
