"""The three read-outs against their formulas, clip by clip."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

from skelshot.fewshot.attention_readout import AttentionReadOut
from skelshot.fewshot.average_pooling import AveragePooling
from skelshot.fewshot.fc_readout import FCReadOut
from skelshot.ground import SkelshotError

SHAPE = (8, 4, 5)


def trained(kind, **options):
    """A method whose weights are all away from where they start."""
    method = kind.from_options(options)
    method.make_weights(SHAPE)
    with torch.no_grad():
        for weight in method.parameters():
            weight.normal_()
    return method


def averaged(method, clip):
    return torch.stack([row.mean() for row in clip])


def fully_connected(method, clip):
    layer = method.layer
    return (layer.weight @ averaged(method, clip) + layer.bias).clamp(min=0)


def attended(method, clip):
    layer = method.attention
    tokens = [clip[:, t, v] for t in range(4) for v in range(5)]
    context = averaged(method, clip)
    for _ in range(method.options.rounds):
        scores = [
            layer.score.weight[0]
            @ torch.tanh(
                layer.of_token.weight @ x + layer.of_token.bias + layer.of_context.weight @ context
            )
            for x in tokens
        ]
        shares = torch.stack(scores).exp()
        context = sum(a * x for a, x in zip(shares / shares.sum(), tokens, strict=True))
    return context


CASES = [
    (AveragePooling, averaged, {}),
    (FCReadOut, fully_connected, {"width": 6}),
    (AttentionReadOut, attended, {"hidden": 3, "rounds": 3}),
]


@pytest.mark.parametrize(("kind", "read", "options"), CASES)
def test_read_outs_and_the_nearest_exemplar(kind, read, options, toy):
    support, queries, _ = toy(tasks=2, classes=3, shots=2, shape=SHAPE)
    method = trained(kind, scale=3.0, **options)
    euclid = trained(kind, distance="euclid", scale=3.0, **options)
    euclid.load_state_dict(method.state_dict())
    with torch.no_grad():
        cosines, distances = method(support, queries), euclid(support, queries)
        for query in range(4):
            seen = read(method, queries[1, query])
            for label in range(3):
                exemplars = [read(method, clip) for clip in support[1, label]]
                cosine = max(float(cosine_similarity(seen, x, dim=0)) for x in exemplars)
                distance = min(float((seen - x).norm()) for x in exemplars)
                assert float(cosines[1, query, label]) == pytest.approx(3 * cosine, abs=1e-4)
                assert float(distances[1, query, label]) == pytest.approx(-3 * distance, abs=1e-3)


def test_attention_starts_as_average_pooling_and_every_weight_joins_in(toy):
    support, queries, _ = toy(classes=3, shape=SHAPE)
    method = AttentionReadOut()
    method.make_weights(SHAPE)
    with torch.no_grad():
        found, expected = method(support, queries), AveragePooling()(support, queries)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    before = {name: weight.detach().clone() for name, weight in method.named_parameters()}
    optimiser = torch.optim.SGD(method.parameters(), lr=0.1)
    targets = torch.arange(3).repeat(8).expand(4, 24)
    for _ in range(2):
        optimiser.zero_grad()
        method.episode_loss(method(support, queries), targets, support, queries).backward()
        optimiser.step()
    assert all(not torch.equal(before[name], weight) for name, weight in method.named_parameters())


def test_the_layer_keeps_its_form_and_is_trained_whole(toy):
    support, queries, targets = toy(shape=SHAPE)
    method = FCReadOut.from_options({"width": 7, "lr_factor": 3})
    method.make_weights(SHAPE)
    assert method.lr_factor == 3.0
    assert method.layer.weight.shape == (7, 8)
    method.episode_loss(method(support, queries), targets, support, queries).backward()
    assert all(weight.grad.abs().sum() > 0 for weight in method.parameters())


@pytest.mark.parametrize("kind", [FCReadOut, AttentionReadOut])
def test_missing_and_unfitting_weights_are_refused(kind, toy):
    support, queries, _ = toy(shape=(6, 4, 5))
    with pytest.raises(SkelshotError, match=f"method {kind.name}: has no weights yet"):
        kind()(support, queries)
    with pytest.raises(SkelshotError, match="found maps of 6 channels, its weights are for 8"):
        trained(kind)(support, queries)
    assert kind().has_weights
    assert not AveragePooling().has_weights
