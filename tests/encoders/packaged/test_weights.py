"""Weights that come with the package: found by name, offline, and only as their card tells."""

import shutil
import socket
from pathlib import Path

import pytest
import torch

import skelshot as sk
from skelshot.encoders import CTRGCN, MultiStream, load_packaged, packaged_card, packaged_file
from skelshot.encoders.packaged import weights
from skelshot.encoders.packaged.weights import packaged_names
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, write_json
from skelshot.skeletons import InputSpec

NAME = "skelshot-base"
MOST_BYTES = 20 << 20
SMALL, MOST_BYTES_OF_SMALL = "skelshot-small", 3 << 20
every_name = pytest.mark.parametrize("name", packaged_names())


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package's folder that may be spoilt."""
    for file in Path(str(weights._folder())).glob(f"{NAME}.*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(weights, "_folder", lambda: tmp_path)
    return tmp_path


@every_name
def test_an_encoder_comes_with_the_package_and_needs_no_network(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    encoder, document = sk.Encoder.from_pretrained(name)
    inputs = InputSpec.model_validate(document)
    assert not encoder.training
    assert (inputs.layout.name, inputs.sides) == ("kinect-v1", "matter")
    clips = torch.zeros(2, inputs.channels, inputs.frames, 20, inputs.persons)
    assert encoder(clips).shape == (2, encoder.embed_dim)


@every_name
def test_it_is_what_its_card_tells(name: str) -> None:
    encoder, _ = load_packaged(name)
    card = packaged_card(name)
    assert card.name == name
    assert card.encoder == encoder.name
    assert card.parameters == sum(weight.numel() for weight in encoder.parameters())
    assert {one.name for one in card.data} <= {"ntu", "rehab", "gator"}
    assert all(one.terms for one in card.data)
    assert card.bad_at


def test_all_of_them_are_small() -> None:
    folder = packaged_file(NAME).parent
    assert sum(file.stat().st_size for file in folder.rglob("*.safetensors")) <= MOST_BYTES
    assert packaged_file(SMALL).stat().st_size <= MOST_BYTES_OF_SMALL


def test_a_class_gives_encoders_of_its_own_kind_alone() -> None:
    assert isinstance(MultiStream.from_pretrained(NAME)[0], MultiStream)
    with pytest.raises(SkelshotError, match="found multi-stream, expected ctr-gcn; call Encoder"):
        CTRGCN.from_pretrained(NAME)


def test_another_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        SkelshotError, match=r"found 'skelshot-bas', .* did you mean 'skelshot-base"
    ):
        load_packaged("skelshot-bas")


@pytest.mark.parametrize("name", ["", "../skelshot-base", "/etc/passwd", "x" * 10_000])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(SkelshotError, match="expected one of skelshot-2d, skelshot-base") as caught:
        load_packaged(name)
    assert len(str(caught.value)) < 300


def test_weights_that_are_not_those_of_the_card(package: Path) -> None:
    file = package / f"{NAME}.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(SkelshotError, match=r"found SHA-256 .*, expected .* as its card") as caught:
        load_packaged(NAME)
    assert "\n" not in str(caught.value)


def test_a_package_without_weights(package: Path) -> None:
    (package / f"{NAME}.safetensors").unlink()
    with pytest.raises(SkelshotError, match=r"came without its weights; .*skelshot train-base"):
        load_packaged(NAME)
    (package / f"{NAME}.json").unlink()
    with pytest.raises(SkelshotError, match="expected one of none"):
        load_packaged(NAME)


BAD_CARDS = {
    "cut": ('{"name": "skel', "not valid JSON"),
    "a list": ("[]", "found list, expected names and values; install Skelshot again"),
    "empty": ("{}", "install Skelshot again"),
    "a short hash": ({"sha256": "abc"}, "sha256: found 'abc'"),
    "no data": ({"data": []}, "data"),
    "an unknown entry": ({"colour": "red"}, "unknown option 'colour'"),
    "a number for a name": ({"name": 7}, "name: found 7"),
}


@pytest.mark.parametrize("case", BAD_CARDS)
def test_damaged_cards_are_one_line(package: Path, case: str) -> None:
    content, message = BAD_CARDS[case]
    file = package / f"{NAME}.json"
    if isinstance(content, str):
        file.write_text(content)
    else:
        write_json(file, read_json(file) | content)
    with pytest.raises(SkelshotError, match=message) as caught:
        load_packaged(NAME)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)
