"""TCN-Oneshot: its network, and what training tells it of the joints."""

import json

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from skelshot.fewshot.pose_features import pose_features
from skelshot.fewshot.tcn_oneshot import TCNOneshot
from skelshot.fewshot.weights import load_method, save_method
from skelshot.skeletons import KINECT_V1

SHAPE = (9, 12, 20, 2)


def trained(**options):
    small = {"width": 8, "bones": "consecutive", "dilations": [1, 2]}
    method = TCNOneshot.from_options(small | options)
    method.begin_training(SHAPE, KINECT_V1)
    return method.eval()


def test_embeds_pose_features_of_the_main_person():
    method, clips = trained(), torch.randn(2, *SHAPE)
    clips[0, :, :3, :, 0] = 0.0
    clips[1, :, :3, :, 1] = 0.0
    person = torch.stack([clips[0, :3, ..., 1], clips[1, :3, ..., 0]]).permute(0, 2, 3, 1)
    expected = method.network.tcn(pose_features(person, KINECT_V1, "consecutive").transpose(1, 2))
    torch.testing.assert_close(method.embed(clips), expected)


def test_layout_and_weights_come_back_from_the_file(tmp_path):
    method, clips = trained(), torch.randn(3, *SHAPE)
    assert method.options.layout == "kinect-v1"
    save_method(tmp_path / "method.safetensors", method, SHAPE)
    loaded = load_method(tmp_path / "method.safetensors", TCNOneshot(), SHAPE)
    assert loaded.options == method.options
    assert torch.equal(loaded.embed(clips), method.embed(clips))


def test_weights_trained_before_distances_were_the_bodys_keep_theirs(tmp_path):
    """Such a file has no `distances` among its options."""
    file, clips = tmp_path / "method.safetensors", torch.randn(3, *SHAPE)
    old = trained(distances="camera")
    save_method(file, old, SHAPE)
    with safe_open(file, framework="pt") as opened:
        header = opened.metadata()
    options = json.loads(header["options"])
    del options["distances"]
    save_file(load_file(file), file, header | {"options": json.dumps(options)})
    loaded = load_method(file, TCNOneshot(), SHAPE)
    assert loaded.options == old.options
    assert torch.equal(loaded.embed(clips), old.embed(clips))
    asked = load_method(file, TCNOneshot.from_options({"distances": "body"}), SHAPE)
    assert not torch.equal(asked.embed(clips), old.embed(clips))


def test_has_the_published_size():
    """Twelve convolutions of 4 frames, 256 channels; the first reads 423 features."""
    method = TCNOneshot()
    method.make_weights((3, 32, 25, 1))
    first, others = 423 * 4 * 256 + 256, 256 * 4 * 256 + 256
    around = 423 * 256 + 256
    assert sum(p.numel() for p in method.parameters()) == first + 11 * others + around
