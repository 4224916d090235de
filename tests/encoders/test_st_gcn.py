import pytest
import torch
import torch.nn.functional as F

from skelshot.encoders.graphs import released_partition, spatial_partition
from skelshot.encoders.st_gcn import PartitionedConvolution
from skelshot.skeletons.layouts import KINECT_V1


@pytest.mark.parametrize("partition", [spatial_partition, released_partition])
def test_partitioned_convolution_against_the_formula(partition, stir, same_gradients):
    layer = PartitionedConvolution(4, 8, partition(KINECT_V1))
    stir(layer)
    f = torch.randn(2, 4, 7, 20, requires_grad=True)  # (B, C, T, V), as papers write it
    total = torch.zeros(())
    for k in range(3):
        W = layer.value.weight[:, 4 * k : 4 * k + 4, 0, 0]
        b = layer.value_bias[k][None, :, None, None]
        A = layer.A_physical[k] * layer.edge_importance[k]
        total = total + (torch.einsum("oc,bctv->botv", W, f) + b) @ A
    expected = F.relu(F.batch_norm(total, None, None, layer.norm.weight, layer.norm.bias, True))
    ours = layer(f.transpose(2, 3)).transpose(2, 3)
    wanted = [f, layer.value.weight, layer.value_bias, layer.edge_importance]
    same_gradients(ours, expected, wanted)


def test_edges_start_equally_important():
    layer = PartitionedConvolution(3, 8, spatial_partition(KINECT_V1))
    assert (layer.edge_importance == 1).all()
