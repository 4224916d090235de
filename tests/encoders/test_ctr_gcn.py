import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.encoders.ctr_gcn import ChannelwiseConvolution
from skelshot.encoders.graphs import direction_partition
from skelshot.skeletons.layouts import KINECT_V1

K = 3


def literal(layer: ChannelwiseConvolution, f: Tensor) -> Tensor:
    """The layer as the paper writes it, one subset at a time; f is (B, C, T, V)."""
    C_in = f.shape[1]
    r = layer.refine.shape[2]
    weight, bias = layer.psi_phi.weight, layer.psi_phi.bias
    total = torch.zeros(())
    for k in range(K):
        psi, phi = (
            (torch.einsum("rc,bctv->brtv", weight[part], f) + bias[part][None, :, None, None]).mean(
                2
            )
            for part in (slice(k * r, (k + 1) * r), slice((K + k) * r, (K + k + 1) * r))
        )
        M = torch.tanh(psi[:, :, :, None] - phi[:, :, None, :])
        Q = (
            torch.einsum("or,bruv->bouv", layer.refine[k], M)
            + layer.refine_bias[k][None, :, :, None]
        )
        R = Q * layer.alpha + layer.A_learned[k]
        value = layer.value[k]
        x = torch.einsum("oc,bctv->botv", value.weight[:, :, 0, 0], f)
        x = x + value.bias[None, :, None, None]
        total = total + torch.einsum("bcuv,bctv->bctu", R, x)
    total = F.batch_norm(total, None, None, layer.norm.weight, layer.norm.bias, True)
    down = f
    if total.shape[1] != C_in:
        conv, norm = layer.down
        down = torch.einsum("oc,bctv->botv", conv.weight[:, :, 0, 0], f)
        down = F.batch_norm(down, None, None, norm.weight, norm.bias, True)
    return F.relu(total + down)


@pytest.mark.parametrize(("channels_in", "channels_out", "r"), [(3, 16, 8), (16, 16, 2), (1, 8, 1)])
def test_channelwise_convolution_against_the_formula(
    channels_in, channels_out, r, stir, same_gradients
):
    layer = ChannelwiseConvolution(channels_in, channels_out, r, direction_partition(KINECT_V1))
    stir(layer)
    f = torch.randn(2, channels_in, 6, 20, requires_grad=True)
    ours = layer(f.transpose(2, 3)).transpose(2, 3)
    wanted = [f, layer.A_learned, layer.alpha, layer.refine, layer.refine_bias]
    wanted += [layer.psi_phi.weight, layer.psi_phi.bias, layer.value[1].weight, layer.value[2].bias]
    same_gradients(ours, literal(layer, f), wanted)


def test_topology_starts_as_the_graph():
    graph = direction_partition(KINECT_V1)
    layer = ChannelwiseConvolution(8, 16, 1, graph)
    relations = layer.relations(torch.randn(2, 8, 20, 5))
    for k in range(K):
        R = layer.refined_topology(relations[k], k)
        assert torch.equal(R, graph[k].expand(2, 16, 20, 20))
    assert layer.alpha.item() == 0
    assert (layer.norm.weight == 1e-6).all()
