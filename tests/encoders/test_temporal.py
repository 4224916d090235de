import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.encoders.temporal import MultiScaleTemporal, TemporalConvolution


def taps(x: Tensor, weight: Tensor, stride: int, dilation: int = 1) -> Tensor:
    """Literal convolution over time with zero padding; weight (C_out, C_in, 1, k)."""
    T, k = x.shape[3], weight.shape[3]
    frames = []
    for t in range(0, T, stride):
        total = torch.zeros(x.shape[0], weight.shape[0], x.shape[2])
        for i in range(k):
            source = t + (i - k // 2) * dilation
            if 0 <= source < T:
                total = total + torch.einsum("bcv,oc->bov", x[:, :, :, source], weight[:, :, 0, i])
        frames.append(total)
    return torch.stack(frames, dim=3)


def norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    mean = x.mean((0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
    shape = (1, -1, 1, 1)
    return (x - mean) / (variance + 1e-5).sqrt() * weight.view(shape) + bias.view(shape)


@pytest.mark.parametrize("stride", [1, 2])
def test_temporal_convolution_against_loops(stride, stir, same_gradients):
    layer = TemporalConvolution(8, stride)
    stir(layer)
    x = torch.randn(3, 8, 5, 11, requires_grad=True)
    w = layer.convolution.weight
    expected = norm(taps(x, w, stride), layer.norm.weight, layer.norm.bias)
    same_gradients(layer(x), expected, [x, w, layer.norm.weight])


@pytest.mark.parametrize("stride", [1, 2])
def test_multi_scale_against_four_separate_branches(stride, stir, same_gradients):
    layer = MultiScaleTemporal(8, stride)
    stir(layer)
    x = torch.randn(3, 8, 5, 11, requires_grad=True)
    opened = []
    for branch in range(3):
        part = slice(2 * branch, 2 * branch + 2)
        z = taps(x, layer.opening.weight[part], 1)
        opening = layer.opening_norm
        opened.append(torch.relu(norm(z, opening.weight[part], opening.bias[part])))
    peak = F.pad(opened[2], (1, 1), value=float("-inf")).unfold(3, 3, stride).amax(-1)
    raw = [
        taps(opened[0], layer.near.weight, stride),
        taps(opened[1], layer.far.weight, stride, dilation=2),
        peak,
        taps(x, layer.point.weight, stride),
    ]
    closed = [
        norm(z, layer.norm.weight[2 * i : 2 * i + 2], layer.norm.bias[2 * i : 2 * i + 2])
        for i, z in enumerate(raw)
    ]
    wanted = [x, layer.opening.weight, layer.near.weight, layer.far.weight, layer.point.weight]
    same_gradients(layer(x), torch.cat(closed, dim=1), wanted)


@pytest.mark.parametrize("layer", [TemporalConvolution, MultiScaleTemporal])
@pytest.mark.parametrize("frames", [1, 2, 7, 8])
def test_stride_two_halves_time_rounding_up(layer, frames):
    assert layer(8, 2)(torch.randn(2, 8, 5, frames)).shape == (2, 8, 5, (frames + 1) // 2)
