"""Multi-stream encoders: late fusion, whole and of networks that were trained apart."""

import pytest
import torch
import torch.nn.functional as F

from skelshot.encoders import (
    GraphNetworkSpec,
    MultiStream,
    MultiStreamSpec,
    build_encoder,
    load_encoder,
    read_spec,
    save_encoder,
)
from skelshot.encoders.joining import TrainedNetwork, join_encoders
from skelshot.ground import SkelshotError

SHAPE = {"layout": "kinect-v1", "frames": 8, "width": 0.125}


def trained(stir, keep: int = 0, second: str = "ctr-gcn") -> list[TrainedNetwork]:
    found = []
    for seed, (name, channels) in enumerate([("agcn", (0, 1, 2)), (second, (3, 4, 5, 2))]):
        spec = read_spec({"name": name, "channels": len(channels), **SHAPE})
        network = build_encoder(spec, seed=seed)
        stir(network)
        found.append(TrainedNetwork(network.eval(), channels, keep))
    return found


def cosine(feature_map: torch.Tensor) -> torch.Tensor:
    flat = F.normalize(feature_map.flatten(1), dim=1)
    return flat @ flat.T


@torch.no_grad()
@pytest.mark.parametrize("second", ["st-gcn", "ctr-gcn", "skeleton-transformer"])
def test_cosine_of_flat_maps_is_the_mean_of_the_networks_cosines(stir, second):
    parts, x = trained(stir, second=second), torch.randn(5, 6, 8, 20, 1)
    joined = join_encoders(parts, x)
    expected = sum(cosine(one.network.feature_map(x[:, list(one.channels)])) for one in parts) / 2
    torch.testing.assert_close(cosine(joined.feature_map(x)), expected)


@torch.no_grad()
def test_kept_directions_are_principal_components(stir):
    parts, x = trained(stir, keep=8), torch.randn(6, 6, 8, 20, 1)
    joined = join_encoders(parts, x)
    assert joined.embed_dim == 16
    for part, one in zip(parts, joined.maps(x), strict=True):
        whole = part.network.feature_map(x[:, list(part.channels)])
        vectors = F.normalize(whole.flatten(1), dim=1).view_as(whole).movedim(2, 0).flatten(1)
        values = torch.linalg.svdvals(vectors.double()).float()
        lengths = whole.flatten(1).norm(dim=1)
        kept = (one / lengths.view(-1, 1, 1, 1, 1)).movedim(2, 0).flatten(1)
        torch.testing.assert_close(torch.linalg.svdvals(kept), values[:8], rtol=1e-3, atol=1e-4)


def test_joined_encoder_is_written_and_read(stir, tmp_path):
    x = torch.randn(3, 6, 8, 20, 1)
    joined = join_encoders(trained(stir, keep=8), x)
    save_encoder(tmp_path / "joined.safetensors", joined, inputs={})
    again, _ = load_encoder(tmp_path / "joined.safetensors", expect=joined.spec)
    assert isinstance(again, MultiStream)
    with torch.no_grad():
        assert torch.equal(again(x), joined(x))


def test_no_stream_is_stronger_than_another(stir):
    branches = [{"channels": [0, 1, 2]}, {"channels": [3, 4, 5]}]
    spec = MultiStreamSpec(name="multi-stream", channels=6, branches=branches, **SHAPE)
    encoder = build_encoder(spec, seed=0)
    stir(encoder)
    x = torch.randn(4, 6, 8, 20, 1)
    x[:, 3:] *= 50
    squares = encoder.eval().feature_map(x).square().mean((3, 4))  # (N, M, D)
    torch.testing.assert_close(squares.view(4, 2, -1).sum(2), torch.ones(4, 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"branches": []}, "branches"),
        ({"branches": [{"channels": [6]}]}, "found 6, expected 0 to 5"),
        ({"branches": [{"name": "tcn"}]}, "tcn"),
        ({"branches": [{"chanels": [1]}]}, "did you mean 'channels'"),
    ],
)
def test_a_wrong_specification_is_one_line(change, message):
    with pytest.raises(SkelshotError, match=message) as told:
        build_encoder(MultiStreamSpec(name="multi-stream", channels=6, **SHAPE, **change))
    assert "\n" not in str(told.value)


def test_networks_that_see_other_clips_are_not_joined(stir):
    first, _ = trained(stir)
    longer = build_encoder(GraphNetworkSpec(name="agcn", **{**SHAPE, "frames": 12}))
    with pytest.raises(SkelshotError, match=r"frames: found 8 and 12"):
        join_encoders([first, TrainedNetwork(longer, (0, 1, 2))], torch.randn(2, 6, 8, 20, 1))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"name": "skeleton-transformer", "depth": 2}, "depth: found 2, expected 4"),
        ({"name": "agcn", "dropout": 0.5}, "dropout: found 0.0 and 0.5"),
        ({"name": "skeleton-image", "width": None}, "found skeleton-image, expected one of st-gcn"),
    ],
)
def test_networks_that_a_branch_cannot_tell_are_not_joined(stir, shape, message):
    first, _ = trained(stir)
    values = {name: value for name, value in {**SHAPE, **shape}.items() if value is not None}
    other = TrainedNetwork(build_encoder(read_spec(values)), (0, 1, 2))
    with pytest.raises(SkelshotError, match=message):
        join_encoders([first, other], torch.randn(2, 6, 8, 20, 1))
