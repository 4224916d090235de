"""The image network: Skeleton-DML's network as an encoder."""

from pathlib import Path

import pytest
import torch

from skelshot.encoders import (
    ImageNetwork,
    ImageNetworkSpec,
    build_encoder,
    load_encoder,
    save_encoder,
)
from skelshot.encoders.resnet import SMALLEST_IMAGE, ResNet18
from skelshot.encoders.skeleton_images import ImageEncoding, skeleton_images
from skelshot.ground import SkelshotError


def small(**options: object) -> ImageNetwork:
    shape = {"layout": "kinect-v1", "frames": 12, "image_size": 32} | options
    spec = ImageNetworkSpec.model_validate({"name": "skeleton-image", **shape})
    encoder = build_encoder(spec, seed=0)
    assert isinstance(encoder, ImageNetwork)
    return encoder.eval()


@pytest.mark.parametrize("encoding", ["xyz", "triples"])
@pytest.mark.parametrize("persons", [1, 2])
def test_a_vector_is_the_networks_of_the_image(encoding: ImageEncoding, persons: int) -> None:
    encoder = small(encoding=encoding, persons=persons, channels=9, image_size=64)
    x = torch.randn(3, 9, 12, 20, persons)
    with torch.no_grad():
        maps, vectors = encoder.feature_map(x), encoder(x)
        image = skeleton_images(x[:, :3], encoding, 64)
        assert maps.shape == (3, persons, 512, 2, 2)
        torch.testing.assert_close(maps[:, 0].transpose(2, 3), encoder.trunk.maps(image))
        torch.testing.assert_close(vectors, encoder.trunk(image))
        torch.testing.assert_close(encoder(x[1:2]), vectors[1:2], rtol=1e-4, atol=1e-5)


def test_positions_may_be_other_channels_and_two() -> None:
    x = torch.randn(2, 6, 12, 20, 1)
    last, first = small(channels=6, positions=(3, 4, 5)), small(channels=3)
    assert torch.equal(last(x), first(x[:, 3:]))
    flat = torch.cat([x[:, :2], torch.zeros(2, 1, 12, 20, 1)], dim=1)
    assert torch.equal(small(channels=2)(x[:, :2]), first(flat))
    with pytest.raises(SkelshotError, match=r"positions: found 6, expected 0 to 5, the channels"):
        small(channels=6, positions=(6,))


def test_it_trains_also_in_lower_precision_and_travels(tmp_path: Path) -> None:
    encoder, x = small().train(), torch.randn(4, 3, 12, 20, 1)
    plain = encoder(x)
    with torch.autocast("cpu", torch.bfloat16):
        lower = encoder(x)
    assert lower.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(plain, lower).min() > 0.98
    lower.square().sum().backward()
    assert all(part.grad is not None for part in encoder.parameters())
    save_encoder(tmp_path / "e.safetensors", encoder.eval(), inputs={})
    loaded, _ = load_encoder(tmp_path / "e.safetensors", expect=encoder.spec)
    assert torch.equal(loaded(x), encoder(x))
    with pytest.raises(SkelshotError, match="found an input of shape"):
        encoder(x[:, :, :6])


def test_no_convolution_that_halves_sees_a_single_pixel_of_the_smallest_image() -> None:
    """Its gradient in bfloat16 would hold what memory held, on many CPUs."""
    network, seen = ResNet18().eval(), []
    for part in network.modules():
        if isinstance(part, torch.nn.Conv2d) and part.kernel_size != (1, 1):
            part.register_forward_pre_hook(
                lambda part, given: seen.append((part.stride[0], given[0].shape[-1]))
            )
    network(torch.zeros(1, 3, SMALLEST_IMAGE, SMALLEST_IMAGE))
    assert [side for stride, side in seen if stride == 2] == [32, 8, 4, 2]


def test_smaller_images_are_refused() -> None:
    with pytest.raises(SkelshotError, match="image_size"):
        small(image_size=SMALLEST_IMAGE - 1)
