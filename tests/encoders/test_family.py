"""Encoders from outside: found by name, tried when first built, told with their distribution."""

import sys
from pathlib import Path

import pytest
import torch

from skelshot.encoders import (
    ENCODERS,
    EncoderSpec,
    build_encoder,
    load_encoder,
    read_spec,
    save_encoder,
)
from skelshot.ground import SkelshotError

MODULE = """
import torch
from skelshot.encoders import Encoder, EncoderSpec

class LinearSpec(EncoderSpec):
    size: int = 8

class Linear(Encoder):
    name = "linear"
    spec_type = LinearSpec
    def __init__(self, spec):
        super().__init__(spec)
        self.embed_dim = spec.size
        self.layer = torch.nn.Linear(spec.channels * self.num_joints, spec.size)
    def feature_map(self, x):
        self.check_clips(x)
        flat = x.permute(0, 4, 2, 1, 3).flatten(3)
        return self.layer(flat).transpose(2, 3)[..., None]

class Flat(Linear):
    name = "flat"
    def feature_map(self, x):
        return super().feature_map(x)[..., 0]

class Narrow(Linear):
    name = "narrow"
    def forward(self, x):
        return super().forward(x)[:, 1:]

class Empty(Linear):
    name = "empty"
    def __init__(self, spec):
        Encoder.__init__(self, spec)

class Specless(Linear):
    name = "specless"
    spec_type = dict

class Module(torch.nn.Module):
    name = "module"
"""


@pytest.fixture(autouse=True)
def _outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Outside-1.0.dist-info"
    folder.mkdir()
    (tmp_path / "outside_encoders.py").write_text(MODULE)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: Outside\nVersion: 1.0\n")
    names = ("linear", "flat", "narrow", "empty", "specless", "module")
    points = (f"{name} = outside_encoders:{name.title()}" for name in names)
    (folder / "entry_points.txt").write_text("[skelshot.encoders]\n" + "\n".join(points))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "outside_encoders", raising=False)


def spec_of(name: str) -> EncoderSpec:
    return read_spec({"name": name, "layout": "kinect-v1", "frames": 6, "persons": 2, "size": 4})


def test_its_map_may_have_one_joint_and_its_checkpoint_opens(tmp_path: Path) -> None:
    encoder = build_encoder(spec_of("linear"), seed=0)
    clips = torch.randn(3, 3, 6, 20, 2)
    assert encoder.training
    assert encoder.feature_map(clips).shape == (3, 2, 4, 6, 1)
    file = tmp_path / "encoder.safetensors"
    save_encoder(file, encoder, inputs={})
    loaded, _ = load_encoder(file, expect=encoder.spec)
    assert loaded.spec == encoder.spec
    torch.testing.assert_close(loaded(clips), encoder(clips))


def test_its_checkpoint_without_the_package(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "encoder.safetensors"
    save_encoder(file, build_encoder(spec_of("linear"), seed=0), inputs={})
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(tmp_path)])
    with pytest.raises(SkelshotError) as caught:
        load_encoder(file)
    assert str(caught.value).startswith(f"{file}: encoder spec, name: found 'linear', expected")
    assert "one of another package must be installed here" in str(caught.value)


def test_weights_follow_from_the_seed_alone() -> None:
    first, second = (build_encoder(spec_of("linear"), seed=3).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("flat", r"feature_map gives \(2, 2, 4, 6\), expected .* = \(2, 2, 4, T', V'\)"),
        ("narrow", "overrides forward, which is the mean of feature_map"),
        ("empty", "AttributeError: .*layer"),
        ("specless", "found spec_type = <class 'dict'>, expected a sub-class of EncoderSpec"),
        ("module", "found the class Module, expected a sub-class of skelshot.encoders.Encoder"),
    ],
)
def test_one_that_breaks_the_contract_is_told_with_its_distribution(name, message) -> None:
    with pytest.raises(SkelshotError, match=message) as caught:
        build_encoder(spec_of(name))
    told = str(caught.value)
    assert told.replace("'", "").startswith(f"encoder {name} of the package Outside: ")
    assert "; mend or uninstall " in told
    assert "\n" not in told


def test_a_value_that_the_encoder_does_not_know() -> None:
    document = {"name": "linear", "layout": "kinect-v1", "width": 2}
    with pytest.raises(SkelshotError, match=r"unknown option 'width', expected .*persons, size"):
        read_spec(document)


def test_a_spec_of_another_kind_is_refused() -> None:
    with pytest.raises(SkelshotError, match="found a EncoderSpec, expected a GraphNetworkSpec"):
        build_encoder(EncoderSpec(name="agcn", layout="kinect-v1"))


def test_all_are_listed_and_the_broken_are_told() -> None:
    works, problems = ENCODERS.every()
    assert [kind.name for kind in works[: len(ENCODERS.shipped)]] == [
        kind.name for kind in ENCODERS.shipped
    ]
    assert {"linear", "flat"} < {kind.name for kind in works}
    assert len(problems) == 3
