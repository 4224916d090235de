"""Spatial activation against loops over pairs and frames."""

import torch
from torch.nn.functional import layer_norm

from skelshot.fewshot.spatial_activation import SpatialActivation


def literal(module: SpatialActivation, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """One frame of one pair: x and y (V, D)."""
    scores = module.query(x) @ module.key(y).T / x.shape[1] ** 0.5
    shares = scores.exp() / scores.exp().sum(dim=1, keepdim=True)
    hidden = module.dense(shares @ module.value(x))
    return layer_norm(hidden + x, (x.shape[1],), module.norm.weight, module.norm.bias, 1e-12)


def test_agrees_with_a_loop_over_pairs_and_frames():
    module = SpatialActivation(6).double().eval()
    torch.nn.init.normal_(module.norm.bias)
    x, y = torch.randn(2, 3, 4, 5, 6).double(), torch.randn(2, 2, 4, 5, 6).double()
    found = module(x, y)
    assert found.shape == (2, 3, 2, 4, 5, 6)
    for b in range(2):
        for n in range(3):
            for m in range(2):
                for t in range(4):
                    expected = literal(module, x[b, n, t], y[b, m, t])
                    torch.testing.assert_close(found[b, n, m, t], expected)


def test_drops_in_training_only():
    module = SpatialActivation(6, dropout=0.5)
    x, y = torch.randn(1, 1, 4, 5, 6), torch.randn(1, 1, 4, 5, 6)
    assert not torch.equal(module(x, y), module(x, y))
    module.eval()
    assert torch.equal(module(x, y), module(x, y))
