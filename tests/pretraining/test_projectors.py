"""The heads of stage 1, written out by hand."""

import pytest
import torch
import torch.nn.functional as F

from skelshot.ground import SkelshotError
from skelshot.pretraining.projectors import linear_head, mlp_head


def test_forward_is_linear_norm_relu_linear() -> None:
    torch.manual_seed(0)
    head = mlp_head(5, hidden=7, out=3)
    x = torch.randn(6, 5)
    p = dict(head.named_parameters())
    hidden = x @ p["0.weight"].T + p["0.bias"]
    centred = hidden - hidden.mean(0)
    normed = centred / (centred.pow(2).mean(0) + 1e-5).sqrt() * p["1.weight"] + p["1.bias"]
    expected = normed.clamp(min=0) @ p["3.weight"].T + p["3.bias"]
    assert torch.allclose(head(x), expected, atol=1e-5)


def test_printed_sizes() -> None:
    shapes = [tuple(weight.shape) for weight in mlp_head(384).parameters()]
    assert shapes == [(4096, 384), (4096,), (4096,), (4096,), (256, 4096), (256,)]


@pytest.mark.parametrize("size", ["in_dim", "hidden", "out"])
def test_empty_layers_are_refused(size: str) -> None:
    with pytest.raises(SkelshotError, match=f"{size}: found 0"):
        mlp_head(**({"in_dim": 4, "hidden": 4, "out": 4} | {size: 0}))


def test_a_norm_at_the_end_takes_away_what_all_outputs_share() -> None:
    torch.manual_seed(0)
    plain, normed = mlp_head(5, hidden=7, out=3), mlp_head(5, hidden=7, out=3, norm_out=True)
    normed.load_state_dict(plain.state_dict(), strict=False)
    x = torch.randn(6, 5)
    out = plain(x)
    expected = (out - out.mean(0)) / (out.var(0, correction=0) + 1e-5).sqrt()
    assert torch.allclose(normed(x), expected, atol=1e-5)
    assert len(list(normed.parameters())) == len(list(plain.parameters()))


def test_a_linear_head_is_one_matrix() -> None:
    torch.manual_seed(0)
    head = linear_head(5, out=3)
    x = torch.randn(6, 5)
    p = dict(head.named_parameters())
    assert torch.allclose(head(x), x @ p["0.weight"].T + p["0.bias"], atol=1e-6)
    with pytest.raises(SkelshotError, match="out: found 0"):
        linear_head(5, out=0)


def test_a_random_linear_head_keeps_cosines_that_a_random_mlp_draws_together() -> None:
    torch.manual_seed(0)
    x = F.normalize(torch.randn(64, 160))
    apart = ~torch.eye(64, dtype=torch.bool)

    def cosines(head: torch.nn.Module) -> torch.Tensor:
        out = F.normalize(head(x).detach())
        return (out @ out.T)[apart]

    true = (x @ x.T)[apart]
    linear = linear_head(160, out=2048)
    linear[0].bias.data.zero_()
    assert (cosines(linear) - true).abs().mean() < 0.03
    assert (cosines(mlp_head(160, hidden=512)) - true).abs().mean() > 0.2
