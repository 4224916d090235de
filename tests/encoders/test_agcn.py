import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.encoders.agcn import AdaptiveConvolution
from skelshot.encoders.graphs import direction_partition
from skelshot.skeletons.layouts import KINECT_V1

K = 3


def literal(layer: AdaptiveConvolution, f: Tensor) -> Tensor:
    """The layer as the paper writes it, one subset at a time; f is (B, C, T, V)."""
    B, C_in, T, V = f.shape
    C_e = layer.theta_phi.out_channels // (2 * K)
    weight, bias = layer.theta_phi.weight[:, :, 0, 0], layer.theta_phi.bias
    total = torch.zeros(())
    for k in range(K):
        of_theta = slice(k * C_e, (k + 1) * C_e)
        of_phi = slice((K + k) * C_e, (K + k + 1) * C_e)
        theta, phi = (
            torch.einsum("ec,bctv->betv", weight[part], f) + bias[part][None, :, None, None]
            for part in (of_theta, of_phi)
        )
        scores = theta.permute(0, 3, 1, 2).reshape(B, V, C_e * T) @ phi.reshape(B, C_e * T, V)
        C_attention = (scores / (C_e * T)).softmax(dim=-2)
        graph = layer.A_physical[k] + layer.B_learned[k] + C_attention
        gathered = (f.reshape(B, C_in * T, V) @ graph).view(B, C_in, T, V)
        W = layer.value.weight[:, k * C_in : (k + 1) * C_in, 0, 0]
        total = total + torch.einsum("oc,bctv->botv", W, gathered)
    total = F.batch_norm(total, None, None, layer.norm.weight, layer.norm.bias, True)
    down = f
    if layer.value.out_channels != C_in:
        conv, norm = layer.down
        down = torch.einsum("oc,bctv->botv", conv.weight[:, :, 0, 0], f)
        down = F.batch_norm(down, None, None, norm.weight, norm.bias, True)
    return F.relu(total + down)


@pytest.mark.parametrize(("channels_in", "channels_out"), [(3, 16), (16, 16), (1, 8)])
def test_adaptive_convolution_against_the_formula(channels_in, channels_out, stir, same_gradients):
    layer = AdaptiveConvolution(channels_in, channels_out, direction_partition(KINECT_V1))
    stir(layer)
    f = torch.randn(2, channels_in, 6, 20, requires_grad=True)
    ours = layer(f.transpose(2, 3)).transpose(2, 3)
    wanted = [f, layer.value.weight, layer.theta_phi.weight, layer.B_learned, layer.norm.weight]
    same_gradients(ours, literal(layer, f), wanted)


def test_attention_weighs_sources_in_float32_even_under_autocast():
    layer = AdaptiveConvolution(16, 16, direction_partition(KINECT_V1))
    with torch.autocast("cpu", torch.bfloat16):
        attention = layer.C_attention(torch.randn(2, 16, 20, 6))
    assert attention.shape == (2, K, 20, 20)
    assert attention.dtype == torch.float32
    torch.testing.assert_close(attention.sum(-1), torch.ones(2, K, 20))


def test_first_values():
    layer = AdaptiveConvolution(64, 128, direction_partition(KINECT_V1))
    assert (layer.B_learned == 1e-6).all()
    assert (layer.norm.weight == 1e-6).all()
    assert layer.value.weight.std().item() == pytest.approx(math.sqrt(2 / (128 * 64 * K)), rel=0.02)
    assert layer.theta_phi.weight.std().item() == pytest.approx(math.sqrt(2 / 32), rel=0.02)
