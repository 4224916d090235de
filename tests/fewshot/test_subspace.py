"""Subspaces against a literal SVD, and the single exemplar."""

import pytest
import torch

from skelshot.fewshot import MIRRORED, Subspace
from skelshot.fewshot.subspace import overlap, subspaces
from skelshot.ground import SkelshotError


def literal(points, query, centred=True):
    """One class: (P, D) points and a query, by the singular vectors."""
    mean = points.mean(0) if centred else torch.zeros_like(query)
    left, _, _ = torch.linalg.svd((points - mean).T, full_matrices=False)
    directions = left[:, : len(points) - 1] if centred else left
    rest = (query - mean) - directions @ (directions.T @ (query - mean))
    return -float(rest.norm())


def check(method, support, queries, points, centred=True):
    found = method(support, queries)
    for task in range(len(support)):
        for row, query in enumerate(queries[task]):
            plain = query[0] if method.views else query
            for label in range(support.shape[1]):
                spanning = points[task, label].double()
                expected = literal(spanning, plain.double(), centred)
                assert float(found[task, row, label]) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("shots", [2, 5])
def test_distance_to_the_first_singular_directions(toy, shots):
    support, queries, _ = toy(tasks=2, shots=shots)
    check(Subspace.from_options({"mirror": "never"}), support, queries, support)


def test_one_exemplar_is_joined_by_its_mirrored_twin(toy):
    support, queries, _ = toy(tasks=2, shots=1, shape=(2, 16))
    method = Subspace()
    assert method.views == (MIRRORED,)
    check(method, support, queries, support[:, :, 0])


@pytest.mark.parametrize(("mirror", "points"), [("one-shot", slice(0, 1)), ("always", slice(0, 2))])
def test_twins_of_several_exemplars(toy, mirror, points):
    support, queries, _ = toy(tasks=2, shots=3, shape=(2, 16))
    method = Subspace.from_options({"mirror": mirror})
    check(method, support, queries, support[:, :, :, points].flatten(2, 3))


@pytest.mark.parametrize("shots", [1, 3])
def test_uncentred_subspaces_pass_through_the_origin(toy, shots):
    support, queries, _ = toy(tasks=2, shots=shots)
    method = Subspace.from_options({"uncentred": True})
    assert not method.views
    check(method, support, queries, support, centred=False)
    torch.testing.assert_close(method(-support, queries), method(support, queries))


def test_one_exemplar_without_a_twin_is_refused(toy):
    """K - 1 = 0 directions: what a public library silently makes chance of."""
    support, queries, _ = toy(shots=1)
    method = Subspace.from_options({"mirror": "never"})
    with pytest.raises(SkelshotError, match=r"found 1 exemplar a class and mirror=never"):
        method.check_shape(5, 1)
    with pytest.raises(SkelshotError, match=r"found 1 exemplar a class and mirror=never"):
        method(support, queries)
    method.check_shape(5, 2)


def test_exemplars_that_span_everything_are_refused(toy):
    support, queries, _ = toy(shots=5, shape=(4,))
    with pytest.raises(SkelshotError, match="5 exemplars a class span all 4 features"):
        Subspace.from_options({"mirror": "never"})(support, queries)


def test_repeated_exemplars_span_no_more(toy):
    support, queries, _ = toy(shots=2)
    method = Subspace.from_options({"mirror": "never"})
    twice = support[:, :, [0, 1, 1, 0]]
    torch.testing.assert_close(method(twice, queries), method(support, queries))
    same = support[:, :, [0, 0, 0]]
    distance = -torch.cdist(queries, support[:, :, 0])
    torch.testing.assert_close(method(same, queries), distance, atol=1e-5, rtol=1e-5)


def test_gradients_are_right_and_finite_where_points_coincide(toy):
    support, queries, _ = toy(tasks=1, classes=2, shots=3, shape=(5,))
    support, queries = support.double().requires_grad_(), queries[:, :3].double().requires_grad_()
    method = Subspace.from_options({"mirror": "never"})
    assert torch.autograd.gradcheck(method, (support, queries))
    same = support.detach()[:, :, [0, 0, 1]].requires_grad_()
    method(same, queries).sum().backward()
    assert same.grad.isfinite().all()


def test_the_loss_keeps_subspaces_apart(toy):
    support, queries, targets = toy(tasks=2, classes=3, shots=3)
    targets = targets % 3
    method = Subspace.from_options({"mirror": "never", "overlap_weight": 0.7})
    logits = method.episode_logits(support, queries)
    shared = 0.0
    for task in support.double():
        rows = []
        for points in task:
            left, _, _ = torch.linalg.svd((points - points.mean(0)).T, full_matrices=False)
            rows.append(left[:, :2])
        pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
        shared += sum(float((rows[i].T @ rows[j]).square().sum()) for i, j in pairs) / 2
    plain = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    found = method.episode_loss(logits, targets, support, queries)
    assert float(found) == pytest.approx(float(plain) + 0.7 * shared, rel=1e-5)


def test_bases_are_orthonormal_and_overlap_counts_shared_directions(toy):
    support, _, _ = toy(shots=4)
    means, bases = subspaces(support.double())
    eye = torch.eye(3, dtype=torch.float64).expand(4, 5, 3, 3)
    torch.testing.assert_close(bases @ bases.transpose(-1, -2), eye)
    torch.testing.assert_close(means, support.double().mean(2))
    axes = torch.eye(4)[None]
    apart = torch.stack([axes[:, :2], axes[:, 2:]], dim=1)
    assert overlap(apart).item() == 0.0


def test_one_exemplar_needs_no_twin_where_sides_matter():
    """Left and right: a mirrored twin of one would lie in the other class."""
    method = Subspace().without_mirror()
    assert (method.views, method.options.mirror) == ((), "origin")
    left, right = torch.tensor([1.0, 0.2, 0.0]), torch.tensor([0.2, 1.0, 0.0])
    support = torch.stack([left, right])[None, :, None]
    assert method(support, support[:, :, 0] * 0.9).argmax(-1).tolist() == [[0, 1]]
    two = torch.randn(1, 3, 2, 8, generator=torch.Generator().manual_seed(0))
    queries = torch.randn(1, 4, 8, generator=torch.Generator().manual_seed(1))
    centred = Subspace.from_options({"mirror": "never"})
    torch.testing.assert_close(method(two, queries), centred(two, queries))
    plain = Subspace.from_options({"uncentred": True})
    assert plain.without_mirror() is plain
