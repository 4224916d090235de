"""SL-DML and Skeleton-DML: the image, the network behind it, and where its weights begin."""

import pytest
import torch
from safetensors.torch import save_file

from skelshot.fewshot.resnet import ResNet18
from skelshot.fewshot.skeleton_dml import SkeletonDML
from skelshot.fewshot.skeleton_images import skeleton_images
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
