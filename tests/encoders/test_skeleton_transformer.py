"""The transformer over skeletons, against its formula."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.encoders import build_encoder, read_spec
from skelshot.encoders.skeleton_transformer import BiasedAttention, SkeletonTransformerSpec
from skelshot.ground import SkelshotError

HEADS, D, L = 2, 8, 5
DISTANCES = (torch.arange(L)[:, None] - torch.arange(L)).abs().clamp(max=3)


def literal(layer: BiasedAttention, x: Tensor) -> Tensor:
    """The attention one clip, head and token at a time; x is (B, L, D)."""
    out = torch.zeros(len(x), L, D)
    weight, offset = layer.query_key_value.weight, layer.query_key_value.bias
    for b in range(len(x)):
        tokens = F.layer_norm(x[b], (D,), layer.norm.weight, layer.norm.bias)
        q, k, v = (tokens @ weight.T + offset).split(D, dim=1)
        for h in range(HEADS):
            of = slice(h * D // HEADS, (h + 1) * D // HEADS)
            for i in range(L):
                scores = [
                    q[i, of] @ k[j, of] / math.sqrt(D / HEADS) + layer.bias[DISTANCES[i, j], h]
                    for j in range(L)
                ]
                out[b, i, of] = torch.stack(scores).softmax(0) @ v[:, of]
    return out @ layer.out.weight.T + layer.out.bias


def test_attention_against_the_formula(stir, same_gradients):
    layer = BiasedAttention(D, HEADS, DISTANCES, dropout=0.0)
    stir(layer)
    x = torch.randn(2, L, D, requires_grad=True)
    wanted = [x, layer.bias, layer.query_key_value.weight, layer.out.weight, layer.norm.weight]
    same_gradients(layer(x), literal(layer, x), wanted)


def test_a_layer_looks_at_joints_then_moments_then_each_token(small, stir, close):
    encoder = small("skeleton-transformer")
    stir(encoder)
    layer = encoder.layers[0]
    x = torch.randn(2, 2, 20, encoder.embed_dim)
    expected = x.clone()
    for b in range(2):
        for t in range(2):
            expected[b, t] = x[b, t] + layer.joints(x[b, t][None])[0]
        beside = expected[b].clone()
        for v in range(20):
            expected[b, :, v] = beside[:, v] + layer.moments(beside[:, v][None])[0]
    close(layer(x), expected + layer.wide(expected))


def test_moments_far_apart_count_as_eight(small):
    biases = small("skeleton-transformer", frames=64).layers[0].moments.distances
    assert biases[0].tolist() == [*range(8, 0, -1), *[0] * 8]
    assert biases[:, 0].tolist() == [*range(8, 17), *[16] * 7]


@pytest.mark.parametrize("frames", [1, 2, 4, 5, 13, 64])
def test_every_fourth_frame_is_a_moment(frames, small):
    encoder = small("skeleton-transformer", frames=frames)
    assert encoder.feature_map(torch.randn(2, 3, frames, 20, 1)).shape[3] == -(-frames // 4)


def test_widths_are_multiples_of_twice_the_heads():
    shape = {"name": "skeleton-transformer", "layout": "kinect-v1"}
    widths = [
        SkeletonTransformerSpec(**shape, width=width, heads=heads).token_channels
        for width, heads in [(1, 4), (0.25, 4), (0.1, 4), (0.001, 4), (0.25, 3)]
    ]
    assert widths == [256, 64, 24, 8, 66]


def test_parameters_are_as_many_as_the_parts_ask_for():
    spec = read_spec({"name": "skeleton-transformer", "layout": "kinect-v1", "channels": 9})
    C, V, T, D, hops = 9, 20, 16, 256, 11
    attention = 2 * D + 3 * D * D + 3 * D + D * D + D
    layer = 2 * attention + 4 * (hops + 17) + 2 * D + 4 * D * D + 4 * D + 4 * D * D + D
    stem = 7 * C * D // 2 + D // 2 + D + 5 * D // 2 * D + D + 2 * D
    expected = 2 * V * C + stem + V * D + T * D + 4 * layer + 2 * D
    assert sum(p.numel() for p in build_encoder(spec).parameters()) == expected


def test_a_second_person_changes_nothing_of_the_first(small):
    encoder = small("skeleton-transformer", persons=2, mask_absent_persons=True)
    alone = torch.randn(2, 3, 8, 20, 2)
    alone[..., 1] = 0
    both = alone.clone()
    both[..., 1] = torch.randn(2, 3, 8, 20)
    torch.testing.assert_close(encoder.feature_map(alone)[:, 0], encoder.feature_map(both)[:, 0])
    torch.testing.assert_close(encoder(alone), encoder.feature_map(alone)[:, 0].mean((2, 3)))


@pytest.mark.parametrize("wrong", [{"heads": 0}, {"depth": 0}, {"width": 0}, {"dropout": 1}])
def test_values_out_of_range_are_one_line(wrong):
    with pytest.raises(SkelshotError, match=next(iter(wrong))) as told:
        read_spec({"name": "skeleton-transformer", "layout": "kinect-v1", **wrong})
    assert "\n" not in str(told.value)


def test_training_lowers_a_loss(small):
    encoder = build_encoder(
        read_spec(
            {"name": "skeleton-transformer", "layout": "kinect-v1", "frames": 8, "width": 0.125}
        ),
        seed=0,
    )
    x, y = torch.randn(12, 3, 8, 20, 1), torch.arange(12) % 3
    head = nn.Linear(encoder.embed_dim, 3)
    step = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=0.003)
    losses = []
    for _ in range(15):
        loss = F.cross_entropy(head(encoder(x)), y)
        step.zero_grad()
        loss.backward()
        step.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 3
