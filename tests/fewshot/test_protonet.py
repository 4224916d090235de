"""ProtoNet against its formula, and the scale it may learn."""

import pytest
import torch

from skelshot.fewshot import ProtoNet
from skelshot.fewshot.protonet import squared_distances
from skelshot.ground import SkelshotError


def literal(support, queries, scale=1.0):
    scores = torch.empty(*queries.shape[:2], support.shape[1])
    for task in range(len(support)):
        for row, query in enumerate(queries[task]):
            for label, exemplars in enumerate(support[task]):
                prototype = sum(exemplars) / len(exemplars)
                scores[task, row, label] = -scale * ((query - prototype) ** 2).sum()
    return scores


@pytest.mark.parametrize("shots", [1, 3])
def test_is_minus_the_squared_distance_to_the_mean(toy, shots):
    support, queries, _ = toy(shots=shots)
    plain = ProtoNet.from_options({"per_dimension": False, "scale": 2.5})
    torch.testing.assert_close(plain(support, queries), literal(support, queries, 2.5))
    torch.testing.assert_close(ProtoNet()(support, queries), literal(support, queries) / 16)


def test_the_scale_is_learned_and_stays_positive(toy):
    support, queries, labels = toy(spread=3.0)
    method = ProtoNet.from_options({"learn_scale": True, "scale": 0.5})
    assert method.has_weights
    method.make_weights((16,))
    torch.testing.assert_close(method(support, queries), literal(support, queries, 0.5) / 16)
    loss = method.episode_loss(method.episode_logits(support, queries), labels, support, queries)
    loss.backward()
    assert method.log_scale.grad.abs() > 0
    with torch.no_grad():
        method.log_scale.fill_(-50.0)
    assert (method(support, queries) < 0).all()


def test_a_scale_that_was_never_made_is_named(toy):
    support, queries, _ = toy()
    with pytest.raises(SkelshotError, match="method protonet: has no weights yet"):
        ProtoNet.from_options({"learn_scale": True})(support, queries)


def test_distances_far_from_the_origin_keep_their_digits():
    generator = torch.Generator().manual_seed(0)
    near = torch.randn(1, 6, 8, generator=generator)
    queries, anchors = near[:, :2] + 1e4, near[:, 2:] + 1e4
    exact = (queries.double()[:, :, None] - anchors.double()[:, None]).square().sum(-1)
    torch.testing.assert_close(
        squared_distances(queries, anchors).double(), exact, rtol=1e-4, atol=0
    )
