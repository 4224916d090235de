import pytest
import torch

from skelshot.encoders import ENCODERS, EncoderSpec, GraphNetworkSpec, build_encoder, read_spec


def weights(spec: EncoderSpec, seed: int | None) -> torch.Tensor:
    return torch.cat([p.flatten() for p in build_encoder(spec, seed).parameters()])


@pytest.mark.parametrize("kind", ENCODERS.shipped, ids=lambda kind: kind.name)
def test_weights_follow_from_the_seed_alone(kind):
    narrow = {"width": 0.125} if "width" in kind.spec_type.model_fields else {}
    spec = read_spec({"name": kind.name, "layout": "kinect-v1", **narrow})
    torch.manual_seed(1)
    first = weights(spec, 5)
    torch.manual_seed(2)
    assert torch.equal(first, weights(spec, 5))
    assert not torch.equal(first, weights(spec, 6))


@pytest.mark.parametrize("seed", [None, 3])
def test_global_random_state_is_left_alone(seed):
    before = torch.get_rng_state()
    build_encoder(GraphNetworkSpec(name="agcn", layout="kinect-v1", width=0.125), seed)
    assert torch.equal(before, torch.get_rng_state())


def test_no_seed_gives_fresh_weights():
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", width=0.125)
    torch.manual_seed(0)
    first = weights(spec, None)
    torch.manual_seed(0)
    assert not torch.equal(first, weights(spec, None))
