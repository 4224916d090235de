"""The contract of all encoders, on several layouts and numbers of persons."""

import itertools

import pytest
import torch

from skelshot.encoders import (
    ENCODERS,
    Encoder,
    build_encoder,
    load_encoder,
    read_spec,
    save_encoder,
)
from skelshot.encoders.joint_network import JointNetworkSpec

NETWORKS = [kind.name for kind in ENCODERS.shipped if issubclass(kind.spec_type, JointNetworkSpec)]
"""Networks whose maps keep joints and persons apart; test_image_network.py has the other's."""
JOINTS = {"kinect-v2": 25, "kinect-v1": 20, "coco-17": 17, "mediapipe-33": 33}
ALL = list(itertools.product(NETWORKS, JOINTS, [1, 2]))
FRAMES = 10


@pytest.fixture(params=ALL, ids=lambda values: "-".join(map(str, values)))
def encoder(request, stir) -> Encoder:
    name, layout, persons = request.param
    shape = {"layout": layout, "persons": persons, "frames": FRAMES, "width": 0.125}
    spec = read_spec({"name": name, **shape})
    encoder = build_encoder(spec, seed=0)
    stir(encoder)
    return encoder


def clips(encoder: Encoder, count: int = 3) -> torch.Tensor:
    return torch.randn(count, 3, FRAMES, JOINTS[encoder.layout], encoder.persons)


def test_contract(encoder, tmp_path):
    x = clips(encoder)
    encoder(x).square().sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name
    encoder.zero_grad()
    encoder.eval()
    with torch.no_grad():
        embeddings, features = encoder(x), encoder.feature_map(x)
        assert embeddings.shape == (3, encoder.embed_dim) == (3, 32)
        assert features.shape == (3, encoder.persons, 32, 3, JOINTS[encoder.layout])
        torch.testing.assert_close(features.mean((3, 4)).mean(1), embeddings)
        torch.testing.assert_close(encoder(x[1:2]), embeddings[1:2], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(encoder(x.flip(0)).flip(0), embeddings, rtol=1e-4, atol=1e-5)

        file = tmp_path / "encoder.safetensors"
        save_encoder(file, encoder, inputs={"frames": FRAMES})
        loaded, inputs = load_encoder(file, expect=encoder.spec)
        assert inputs == {"frames": FRAMES}
        assert torch.equal(loaded(x), embeddings)
        state, again = encoder.state_dict(), loaded.state_dict()
        assert list(state) == list(again)
        assert all(torch.equal(state[name], again[name]) for name in state)


@pytest.mark.parametrize("name", NETWORKS)
def test_order_of_persons_counts_only_for_the_input_norm(name, small):
    encoder = small(name, persons=2)
    x = torch.randn(3, 3, 8, 20, 2)
    x[..., 1] += 3
    swapped = x.flip(-1)
    with torch.no_grad():
        torch.testing.assert_close(encoder(x), encoder(swapped))
        encoder.train()(x)
        encoder.eval()
        same = torch.allclose(encoder(x), encoder(swapped), rtol=1e-4, atol=1e-6)
    assert same == (name in ("st-gcn", "skeleton-transformer"))


@pytest.mark.parametrize("name", NETWORKS)
def test_bfloat16_autocast_trains_and_returns_float32(name, small, stir):
    encoder = small(name, width=0.25).train()
    stir(encoder)
    x = torch.randn(4, 3, 8, 20, 1)
    plain = encoder(x)
    with torch.autocast("cpu", torch.bfloat16):
        lower = encoder(x)
        kept = torch.float32 if name == "skeleton-transformer" else torch.bfloat16  # it adds up
        assert encoder.feature_map(x).dtype == kept
    assert lower.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(plain, lower).min() > 0.98
    lower.square().sum().backward()
    gradients = [parameter.grad for parameter in encoder.parameters()]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("channels", [1, 6, 9])
def test_any_number_of_input_channels(name, channels, small):
    encoder, x = small(name, channels=channels), torch.randn(2, channels, 8, 20, 1)
    for channel in range(channels):
        changed = x.clone()
        changed[:, channel] += 1
        assert not torch.equal(encoder(changed), encoder(x)), channel


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_reach_the_input(name, small):
    x = torch.randn(2, 3, 8, 20, 1, requires_grad=True)
    small(name)(x).sum().backward()
    assert x.grad is not None
    assert (x.grad.abs().sum((2, 3)) > 0).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_dropout_is_the_specs(name, small):
    encoder = small(name, dropout=0.3)
    x = torch.randn(2, 3, 8, 20, 1)
    assert torch.equal(encoder(x), encoder(x))
    encoder.train()
    assert not torch.equal(encoder(x), encoder(x))


TEMPORAL = {
    "temporal.convolution.weight",
    *(f"temporal.norm.{part}" for part in ("weight", "bias")),
    *(f"temporal.norm.{part}" for part in ("running_mean", "running_var", "num_batches_tracked")),
}
NORM = {
    f"spatial.norm.{part}"
    for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
}
SECOND_BLOCK = {
    "st-gcn": TEMPORAL
    | NORM
    | {"spatial.edge_importance", "spatial.value.weight", "spatial.value_bias"},
    "agcn": TEMPORAL
    | NORM
    | {
        *("spatial.B_learned", "spatial.value.weight"),
        *("spatial.theta_phi.weight", "spatial.theta_phi.bias"),
    },
    "ctr-gcn": (TEMPORAL - {"temporal.convolution.weight"})
    | NORM
    | {
        name.replace("temporal.norm", "temporal.opening_norm")
        for name in TEMPORAL
        if "norm" in name
    }
    | {f"temporal.{part}.weight" for part in ("opening", "near", "far", "point")}
    | {"spatial.A_learned", "spatial.alpha", "spatial.refine", "spatial.refine_bias"}
    | {"spatial.psi_phi.weight", "spatial.psi_phi.bias"}
    | {f"spatial.value.{k}.{part}" for k in range(3) for part in ("weight", "bias")},
}


@pytest.mark.parametrize("name", [*SECOND_BLOCK, "multi-stream"])
def test_names_in_checkpoints_are_stable(name, small):
    names = set(small(name).state_dict())
    if name == "multi-stream":  # one AGCN, unless told
        assert {n.split(".")[0] for n in names} == {"parts"}
        names, name = {n.removeprefix("parts.0.") for n in names}, "agcn"
    prefix = "blocks.1."
    assert {n.removeprefix(prefix) for n in names if n.startswith(prefix)} == SECOND_BLOCK[name]
    assert {n.split(".")[0] for n in names} == {"input_norm", "blocks"}
