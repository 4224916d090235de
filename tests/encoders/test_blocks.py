import math

import pytest
import torch
from torch import nn

from skelshot.encoders.blocks import (
    Block,
    BlockPlan,
    convolution,
    gather_neighbours,
    shortcut,
    ten_blocks,
)


def test_ten_blocks_are_the_published_ones():
    plans = ten_blocks(9, (64, 128, 256))
    assert [(p.channels_in, p.channels_out, p.stride) for p in plans] == [
        *[(9, 64, 1), (64, 64, 1), (64, 64, 1), (64, 64, 1)],
        *[(64, 128, 2), (128, 128, 1), (128, 128, 1)],
        *[(128, 256, 2), (256, 256, 1), (256, 256, 1)],
    ]
    assert [p.is_first for p in plans] == [True] + [False] * 9


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("channels", [1, 6])
def test_gather_neighbours_against_loops(shared, channels, same_gradients):
    B, V, T, K = 2, 5, 4, 3
    x = torch.randn(B, channels, V, T, requires_grad=True)
    topology = torch.randn(1 if shared else B, K, V, V, requires_grad=True)
    expected = torch.stack(
        [
            sum(x[b, c, v] * topology[0 if shared else b, k, u, v] for v in range(V))
            for b in range(B)
            for k in range(K)
            for c in range(channels)
            for u in range(V)
        ]
    ).view(B, K * channels, V, T)
    same_gradients(gather_neighbours(x, topology), expected, [x, topology])


def test_convolution_is_alike_for_all_joints_and_he_initialised():
    layer = convolution(64, 128, kernel=9, bias=True)
    assert layer.weight.shape == (128, 64, 1, 9)
    assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / (128 * 9)), rel=0.02)
    assert layer.bias is not None
    assert not layer.bias.any()
    x = torch.randn(1, 64, 3, 20)
    torch.testing.assert_close(layer(x)[:, :, 1:2], layer(x[:, :, 1:2]), rtol=1e-4, atol=1e-5)


def test_shortcut_is_identity_only_where_shapes_agree():
    assert isinstance(shortcut(8, 8), nn.Identity)
    x = torch.randn(2, 8, 5, 7)
    assert shortcut(8, 8, stride=2)(x).shape == (2, 8, 5, 4)
    assert shortcut(8, 16)(x).shape == (2, 16, 5, 7)


@pytest.mark.parametrize("is_first", [True, False])
def test_block_adds_the_shortcut_except_in_block_one(is_first):
    plan = BlockPlan(4, 4, 1, is_first)
    spatial, temporal = convolution(4, 4), convolution(4, 4)
    x = torch.randn(2, 4, 3, 6)
    around = 0 if is_first else x
    expected = torch.relu(temporal(spatial(x)) + around)
    torch.testing.assert_close(Block(plan, spatial, temporal, 0.0)(x), expected)


def test_dropout_works_in_training_only():
    block = Block(BlockPlan(4, 4, 1, True), nn.Identity(), nn.Identity(), dropout=0.5)
    x = torch.ones(1, 4, 50, 50)
    share = (block(x) == 0).float().mean().item()
    assert 0.45 < share < 0.55
    assert block(x).max() == 2
    assert torch.equal(block.eval()(x), x)
