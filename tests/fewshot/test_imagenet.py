"""Weights in torchvision's layout: what fits is read, all else is refused in one line."""

import pytest
import torch
from safetensors.torch import save_file

from skelshot.encoders.resnet import ResNet18
from skelshot.fewshot.imagenet import load_imagenet
from skelshot.ground import SkelshotError


@pytest.fixture(scope="module")
def weights():
    """Random weights under the names and shapes of torchvision's file."""
    found = {name: torch.rand_like(t.float()) for name, t in ResNet18().state_dict().items()}
    found = {
        name: t.long() if name.endswith("num_batches_tracked") else t for name, t in found.items()
    }
    return found | {"fc.weight": torch.rand(1000, 512), "fc.bias": torch.rand(1000)}


@pytest.fixture
def network():
    return ResNet18()


def same(network, weights):
    return all(
        torch.equal(tensor, weights[name])
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    )


@pytest.mark.parametrize("ending", [".safetensors", ".pth"])
def test_every_weight_but_the_last_layer_is_read(network, weights, tmp_path, ending):
    file = tmp_path / f"resnet18{ending}"
    (save_file if ending == ".safetensors" else torch.save)(weights, file)
    assert not same(network, weights)
    load_imagenet(network, file)
    assert same(network, weights)


def test_older_files_without_counters_are_read(network, weights, tmp_path):
    older = {k: t for k, t in weights.items() if not k.endswith("num_batches_tracked")}
    torch.save(older, tmp_path / "resnet18.pth")
    load_imagenet(network, tmp_path / "resnet18.pth")
    assert same(network, weights)


class Harmful:
    def __reduce__(self):
        return print, ("this must not run",)


def without(weights, name):
    return {key: tensor for key, tensor in weights.items() if key != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: without(w, "bn1.weight"), r"'bn1.weight': found none, ResNet-18 has \(64,\)"),
        (lambda w: w | {"layer5.x": torch.zeros(2)}, r"'layer5.x': found \(2,\), .* has none"),
        (
            lambda w: w | {"conv1.weight": torch.zeros(64, 1, 7, 7)},
            r"'conv1.weight': found \(64, 1, 7, 7\), ResNet-18 has \(64, 3, 7, 7\) \(1 of 100",
        ),
        (lambda w: w | {"bn1.bias": torch.full((64,), torch.nan)}, "'bn1.bias': holds NaN"),
        (lambda w: {"state_dict": w}, "found a dict of more than tensors"),
        (lambda w: [*w.values()], "found a list of more than tensors"),
        (lambda w: w | {"more": Harmful()}, "damaged, or it holds more than tensors"),
    ],
)
def test_what_does_not_fit_is_refused(network, weights, tmp_path, capsys, change, message):
    file = tmp_path / "resnet18.pth"
    torch.save(change(weights), file)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with pytest.raises(SkelshotError, match=message) as caught:
        load_imagenet(network, file)
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
    assert same(network, before)
    assert not capsys.readouterr().out


def test_files_that_are_none_are_refused(network, tmp_path):
    (tmp_path / "junk.pth").write_bytes(b"junk")
    (tmp_path / "junk.safetensors").write_bytes(b"junk")
    for name, message in {
        "none.pth": "no such file",
        "junk.pth": "damaged",
        "junk.safetensors": "damaged",
        "weights.npz": "found the ending '.npz'",
    }.items():
        with pytest.raises(SkelshotError, match=message) as caught:
            load_imagenet(network, tmp_path / name)
        assert "\n" not in str(caught.value)
