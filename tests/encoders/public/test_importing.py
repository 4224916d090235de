"""Public checkpoints give the outputs of the public networks, or are refused in one line."""

import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from skelshot.encoders import load_encoder
from skelshot.encoders.public import LAYOUTS, import_checkpoint, reading
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec

from .networks import FRAMES, JOINTS, network

NAMES = [layout.name for layout in LAYOUTS]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "public.pt"


def clips() -> torch.Tensor:
    made = torch.randn(2, 3, FRAMES, JOINTS, 2, generator=torch.Generator().manual_seed(1))
    made[1, ..., 1] = 0.0  # nobody in the second place
    return made


def as_is(weights: dict) -> object:
    return weights


def wrapped(weights: dict) -> object:
    return {"epoch": 3, "state_dict": OrderedDict((f"module.{k}", v) for k, v in weights.items())}


@pytest.mark.parametrize("form", [as_is, wrapped])
@pytest.mark.parametrize("layout", NAMES)
def test_outputs_are_those_of_the_public_network(layout, form, file, tmp_path):
    public = network(layout)
    torch.save(form(public.weights), file)
    imported = import_checkpoint(file, layout, frames=FRAMES)
    expected = public.vectors(public.weights, clips())
    imported.save(tmp_path / "encoder.safetensors")
    encoder, inputs = load_encoder(tmp_path / "encoder.safetensors")
    with torch.no_grad():
        ours = encoder(clips())
    assert expected.abs().max() > 0.1
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-4)
    assert InputSpec.model_validate(inputs) == imported.inputs
    assert (imported.inputs.persons, imported.inputs.layout.num_joints) == (2, JOINTS)


@pytest.mark.parametrize("layout", NAMES)
def test_the_head_stays_beside(layout, file, tmp_path):
    public = network(layout, classes=7)
    torch.save(public.weights, file)
    imported = import_checkpoint(file, layout)
    beside = imported.save(tmp_path / "encoder.safetensors")
    assert (imported.classes, imported.notes["head_classes"]) == (7, "7")
    head = load_file(beside)
    torch.testing.assert_close(head["weight"], public.weights[f"{public.head}.weight"].flatten(1))
    torch.testing.assert_close(head["bias"], public.weights[f"{public.head}.bias"])


def test_a_backbone_without_a_head_is_an_encoder_too(file, tmp_path):
    public = network("ctr-gcn")
    torch.save({k: v for k, v in public.weights.items() if not k.startswith("fc.")}, file)
    imported = import_checkpoint(file, "ctr-gcn")
    assert imported.classes is None
    assert imported.save(tmp_path / "encoder.safetensors") is None


def without(name: str):
    return lambda weights: {k: v for k, v in weights.items() if not k.startswith(name)}


def changed(name: str, tensor: torch.Tensor):
    return lambda weights: weights | {name: tensor}


BAD = {
    "names of another layout": ("2s-agcn", as_is, "nearest to those of ctr-gcn.*--layout-of ctr"),
    "a tensor missing": (
        "ctr-gcn", without("l3.tcn1.branches.0.3.bn"),
        "4 of the .* tensors of ctr-gcn are missing, first l3.tcn1.branches.0.3.bn.weight",
    ),
    "names of no layout": (
        "ctr-gcn", lambda _: {"layer.weight": torch.ones(2)}, "it has no name of any of ctr-gcn",
    ),
    "a tensor too many": (
        "ctr-gcn", changed("l1.attention.weight", torch.ones(2)),
        "1 tensors are none of ctr-gcn's, first l1.attention.weight",
    ),
    "other joints": (
        "ctr-gcn", changed("l1.gcn1.PA", torch.zeros(3, 31, 31)), "found 31 joints.*--joints",
    ),
    "a channel count that fits nobody": (
        "ctr-gcn", changed("data_bn.weight", torch.ones(77)), "found 77 channels, expected 25",
    ),
    "a misshapen tensor": (
        "ctr-gcn", changed("l2.gcn1.convs.0.conv3.weight", torch.ones(5, 8, 1, 1)),
        "tensor 'l2.gcn1.convs.0.conv3.weight': found shape",
    ),
    "a head that is none": ("ctr-gcn", changed("fc.bias", torch.ones(3)), "tensor 'fc.weight'"),
    "values that are not finite": (
        "ctr-gcn", changed("l2.gcn1.bn.bias", torch.full((8,), torch.nan)), "NaN or infinite",
    ),
    "a tensor of more numbers than are stored": (
        "ctr-gcn", changed("l1.gcn1.PA", torch.zeros(1).expand(3 * 10**9)),
        "found tensors of 3,000,.* numbers, expected at most",
    ),
    "no tensors at all": ("ctr-gcn", lambda _: {"epoch": 3}, "found no tensors by name"),
}  # fmt: skip


@pytest.mark.parametrize(("layout", "change", "told"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_told_in_one_line(layout, change, told, file, tmp_path):
    torch.save(change(network("ctr-gcn").weights), file)
    with pytest.raises(SkelshotError, match=told) as refusal:
        import_checkpoint(file, layout).save(tmp_path / "encoder.safetensors")
    assert str(refusal.value).count("\n") == 0
    assert not (tmp_path / "encoder.safetensors").exists()


@pytest.mark.parametrize(("layout", "name"), [("st-gcn", "A"), ("pyskl", "backbone.gcn.4.gcn.A")])
def test_another_graph_is_refused_with_its_first_edge(layout, name, file):
    weights = network(layout).weights
    weights[name] = weights[name].clone()
    weights[name][0, 2, 2] += 0.5
    torch.save(weights, file)
    with pytest.raises(SkelshotError, match="1 edges differ from those of kinect-v2, first"):
        import_checkpoint(file, layout)


def test_persons_other_than_the_weights_are_refused(file):
    torch.save(network("ctr-gcn").weights, file)
    with pytest.raises(SkelshotError, match=r"--persons 1: the weights of .* are for 2"):
        import_checkpoint(file, "ctr-gcn", persons=1)


def test_an_unknown_layout_gets_the_nearest(file):
    with pytest.raises(SkelshotError, match=r"--layout-of: found 'ctrgcn'.*did you mean 'ctr-gcn'"):
        import_checkpoint(file, "ctrgcn")


class _Attack:
    """Makes a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("protocol", ["torch", "bare"])
def test_a_pickle_that_runs_code_is_refused_and_not_run(protocol, file, tmp_path):
    attack = {"state_dict": _Attack(tmp_path / "ran")}
    if protocol == "torch":
        torch.save(attack, file)
    else:
        file.write_bytes(pickle.dumps(attack))
    with pytest.raises(SkelshotError, match="could run code") as refusal:
        import_checkpoint(file, "ctr-gcn")
    assert str(refusal.value).count("\n") == 0
    assert not (tmp_path / "ran").exists()


def test_a_file_that_unpacks_to_more_than_it_may_is_refused(file, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 10**6)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("public/data/0", bytes(10**6 + 1))
    assert file.stat().st_size < 10**4
    with pytest.raises(SkelshotError, match=r"found 1,000,.* bytes, expected at most"):
        import_checkpoint(file, "ctr-gcn")


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_refused(share, file):
    torch.save(network("ctr-gcn").weights, file)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(SkelshotError, match=r"public\.pt") as refusal:
        import_checkpoint(file, "ctr-gcn")
    assert str(refusal.value).count("\n") == 0


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(SkelshotError, match="found a folder"):
        import_checkpoint(tmp_path, "ctr-gcn")
    with pytest.raises(SkelshotError, match="no such file"):
        import_checkpoint(tmp_path / "none.pt", "ctr-gcn")


@pytest.mark.parametrize("layout", LAYOUTS, ids=NAMES)
@pytest.mark.parametrize("shape", [(), (0, 3, 25)])
def test_tensors_without_axes_are_refused(layout, shape, file):
    torch.save({name: torch.zeros(shape) for name in [*layout.names(), *layout.graphs]}, file)
    with pytest.raises(SkelshotError, match=r"found shape \(.*\), expected at least 1 axis, none"):
        import_checkpoint(file, layout.name)


def test_no_persons_are_refused(file):
    torch.save(network("st-gcn").weights, file)
    with pytest.raises(SkelshotError, match="--persons: found 0, expected at least 1"):
        import_checkpoint(file, "st-gcn", persons=0, frames=FRAMES)
    assert import_checkpoint(file, "st-gcn", persons=1, frames=FRAMES).inputs.persons == 1
