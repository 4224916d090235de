"""RFS against scikit-learn, and against the conditions of its optimum."""

import pytest
import torch
from torch.nn.functional import normalize, one_hot

from skelshot.fewshot import Rfs, View
from skelshot.fewshot.rfs import fit_logistic
from skelshot.ground import SkelshotError


@pytest.mark.parametrize(("shots", "C"), [(1, 1.0), (4, 1.0), (4, 30.0)])
def test_gives_the_probabilities_of_scikit_learn(toy, shots, C):
    linear_model = pytest.importorskip("sklearn.linear_model")
    support, queries, _ = toy(shots=shots, spread=1.5)
    found = Rfs.from_options({"C": C, "tolerance": 1e-8})(support, queries)
    labels = torch.arange(5).repeat_interleave(shots).numpy()
    for task in range(4):
        theirs = linear_model.LogisticRegression(C=C, tol=1e-10, max_iter=10_000)
        theirs.fit(normalize(support[task].flatten(0, 1).double(), dim=-1).numpy(), labels)
        unit = normalize(queries[task].double(), dim=-1).numpy()
        expected = torch.from_numpy(theirs.predict_log_proba(unit)).float()
        torch.testing.assert_close(found[task], expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", [3, 40])
def test_ends_where_the_gradient_is_zero(size):
    """With fewer and with more features than points."""
    generator = torch.Generator().manual_seed(0)
    points = normalize(torch.randn(3, 12, size, generator=generator).double() + 1.0, dim=-1)
    labels = torch.arange(4).repeat_interleave(3)
    weights, biases = fit_logistic(points, labels, C=2.0)
    wrong = (points @ weights.mT + biases[:, None]).softmax(-1) - one_hot(labels)
    assert float((2.0 * wrong.mT @ points + weights).abs().max()) < 1e-5
    assert float(wrong.sum(1).abs().max()) < 1e-5
    assert float(weights.abs().max()) > 0.05


def test_only_the_direction_of_features_counts(toy):
    support, queries, _ = toy()
    torch.testing.assert_close(Rfs()(support * 7, queries * 0.1), Rfs()(support, queries))


def test_turned_copies_are_further_exemplars(toy):
    support, queries, _ = toy(shots=2, shape=(3, 16))
    method = Rfs.from_options({"turns": [-15, 15]})
    assert method.views == (View(turn=-15), View(turn=15))
    expected = Rfs()(support.flatten(2, 3), queries[:, :, 0])
    torch.testing.assert_close(method(support, queries), expected)


def test_a_fit_that_is_not_done_is_said(toy):
    support, queries, _ = toy()
    with pytest.raises(SkelshotError, match="4 of 4 fits were not done after 3 steps"):
        Rfs.from_options({"steps": 3, "C": 1e4})(support, queries)
