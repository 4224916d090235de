"""SL-DML and Skeleton-DML: the image, the network behind it, and where its weights begin."""

import pytest
import torch
from safetensors.torch import save_file

from skelshot.encoders import GraphNetworkSpec, ImageNetworkSpec, build_encoder
from skelshot.encoders.resnet import ResNet18
from skelshot.encoders.skeleton_images import skeleton_images
from skelshot.fewshot.skeleton_dml import SkeletonDML
from skelshot.fewshot.sl_dml import SLDML
from skelshot.fewshot.weights import load_method, save_method
from skelshot.ground import SkelshotError
from skelshot.skeletons import KINECT_V1

SHAPE = (6, 12, 20, 1)


@pytest.mark.parametrize(("kind", "encoding"), [(SLDML, "xyz"), (SkeletonDML, "triples")])
def test_embeds_the_image_of_the_clip(kind, encoding):
    method = kind.from_options({"image_size": 32, "embedding": 16})
    method.make_weights(SHAPE)
    clips, network = torch.randn(3, *SHAPE), method.eval().network
    expected = network.embedder(network.trunk(skeleton_images(clips[:, :3], encoding, 32)))
    torch.testing.assert_close(method.embed(clips), expected)
    assert expected.shape == (3, method.embed_dim)


def test_one_is_the_other_with_its_image():
    clips = torch.randn(2, *SHAPE)
    methods = [SLDML.from_options({"encoding": "triples"}), SkeletonDML()]
    embedded = []
    for method in methods:
        torch.manual_seed(3)
        method.make_weights(SHAPE)
        embedded.append(method.eval().embed(clips))
    assert torch.equal(*embedded)


def test_training_begins_with_public_weights_and_the_file_is_not_needed_again(tmp_path):
    public = {name: torch.rand_like(t.float()) for name, t in ResNet18().state_dict().items()}
    save_file(public | {"fc.weight": torch.rand(1000, 512)}, tmp_path / "resnet18.safetensors")
    method = SLDML.from_options({"imagenet": str(tmp_path / "resnet18.safetensors")})
    method.begin_training(SHAPE, KINECT_V1)
    assert torch.equal(method.network.trunk.conv1.weight, public["conv1.weight"])
    save_method(tmp_path / "method.safetensors", method, SHAPE)
    (tmp_path / "resnet18.safetensors").unlink()
    loaded = load_method(tmp_path / "method.safetensors", SLDML(), SHAPE)
    assert torch.equal(loaded.network.trunk.conv1.weight, public["conv1.weight"])
    with pytest.raises(SkelshotError, match=r"resnet18.safetensors: no such file"):
        method.begin_training(SHAPE, KINECT_V1)


def image_network(**options):
    shape = {"layout": "kinect-v1", "channels": 6, "frames": 12, **options}
    return build_encoder(ImageNetworkSpec(name="skeleton-image", **shape), seed=7)


def ready(**options):
    method = SkeletonDML.from_options(options)
    method.begin_training(SHAPE, KINECT_V1)
    return method


def test_training_begins_with_the_encoder_that_has_its_network():
    method, encoder = ready(), image_network()
    method.take_over(encoder)
    ours, theirs = method.network.trunk.state_dict(), encoder.trunk.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    other = ready()
    before = other.network.trunk.conv1.weight.clone()
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=12, width=0.125)
    other.take_over(build_encoder(spec, seed=0))
    assert torch.equal(other.network.trunk.conv1.weight, before)


@pytest.mark.parametrize(
    ("encoder", "options", "told"),
    [
        (
            {"encoding": "xyz"},
            {},
            r"encoding: found .triples., the encoder skeleton-image has",
        ),
        ({"image_size": 32}, {}, "image_size: found 64, the encoder skeleton-image has 32"),
        ({"positions": (3, 4, 5)}, {}, r"positions: found \(3, 4, 5\), the joints' positions are"),
        ({}, {"imagenet": "resnet18.pth"}, "imagenet: found resnet18.pth beside the encoder"),
    ],
)
def test_an_encoder_that_does_not_fit_is_refused(encoder, options, told):
    method = SkeletonDML.from_options(options)
    method.make_weights(SHAPE)
    with pytest.raises(SkelshotError, match=told):
        method.take_over(image_network(**encoder))
