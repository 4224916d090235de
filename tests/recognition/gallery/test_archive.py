"""Galleries as one file: everything comes back, and nothing else is imported."""

import hashlib
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from skelshot.ground import SkelshotError
from skelshot.recognition.enrolled import ARRAYS, Exemplar
from skelshot.recognition.gallery import Gallery, archive

Make = Callable[..., Exemplar]
Members = dict[str, bytes]
CLIP = "clips/000002.safetensors"


@pytest.fixture(scope="session")
def exported(once_filled: Path) -> Path:
    """The gallery as one file."""
    file = once_filled.parent / "moves.zip"
    with Gallery.open(once_filled) as gallery:
        gallery.export(file)
    return file


def test_an_imported_gallery_is_the_exported_one(
    once_filled: Path, exported: Path, place: Path
) -> None:
    with Gallery.open(once_filled) as one, Gallery.import_file(exported, place) as other:
        assert other.settings == one.settings
        assert other.fingerprint == one.fingerprint == "one"
        assert [e[1:] for e in other.entries()] == [e[1:] for e in one.entries()]
        for a, b in zip(one.exemplars(), other.exemplars(), strict=True):
            for name in ARRAYS:
                np.testing.assert_array_equal(getattr(a.sequence, name), getattr(b.sequence, name))
            assert (a.sequence.layout, a.sequence.rate) == (b.sequence.layout, b.sequence.rate)
        features = [list(g.features("one").values()) for g in (one, other)]
        np.testing.assert_array_equal(*features)
        assert other.thumbnail(3) == one.thumbnail(3)
        other.export(place.with_name("again.zip"))
    assert place.with_name("again.zip").read_bytes() == exported.read_bytes()
    assert place.with_name("moves.gallery.backup").exists()


def test_an_empty_gallery_travels(tmp_path: Path) -> None:
    with Gallery.open(tmp_path / "a", create=True) as gallery:
        gallery.export(tmp_path / "a.zip")
    with Gallery.import_file(tmp_path / "a.zip", tmp_path / "b") as gallery:
        assert (gallery.ids, gallery.settings, gallery.fingerprint) == ([], {}, None)


def test_exemplars_without_features_travel(filled: Path, exemplar: Make) -> None:
    with Gallery.open(filled) as gallery:
        gallery.add([exemplar(number=9)])
        gallery.forget("sit")
        gallery.export(filled.with_name("a.zip"))
    with Gallery.import_file(filled.with_name("a.zip"), filled.with_name("b")) as gallery:
        assert gallery.ids == [1, 2, 3, 4, 5]
        assert {i: f[0] for i, f in gallery.features("one").items()} == {1: 1, 2: 3, 3: 4, 4: 6}


def test_only_an_empty_place_is_filled(filled: Path, exported: Path) -> None:
    before = filled.read_bytes()
    with pytest.raises(SkelshotError, match="found a gallery with exemplars; import into a new"):
        Gallery.import_file(exported, filled)
    assert filled.read_bytes() == before


def members_of(file: Path) -> Members:
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def pack(path: Path, members: Members, sign: bool = True) -> None:
    if sign and "gallery.json" in members:
        digest = hashlib.sha256(members["gallery.json"]).hexdigest()
        members = {**members, "gallery.json.sha256": f"{digest}  gallery.json\n".encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)


def told(change: Callable[[dict[str, Any]], object]) -> Callable[[Members], Members]:
    """Change the table of contents, which is signed anew."""

    def changed(members: Members) -> Members:
        document = json.loads(members["gallery.json"])
        change(document)
        return {**members, "gallery.json": json.dumps(document).encode()}

    return changed


def with_member(name: str, content: bytes) -> Callable[[Members], Members]:
    return lambda members: {**members, name: content}


def replaced(name: str, content: bytes) -> Callable[[Members], Members]:
    """Replace a member and its digest: whoever does so can sign, too."""

    def changed(members: Members) -> Members:
        document = json.loads(members["gallery.json"])
        kind, number = name.split(".", maxsplit=1)[0].split("/")
        key = {"clips": "clip", "features": "feature"}[kind]
        document["exemplars"][int(number)][key] = hashlib.sha256(content).hexdigest()
        return {**members, name: content, "gallery.json": json.dumps(document).encode()}

    return changed


def without(name: str) -> Callable[[Members], Members]:
    return lambda members: {key: value for key, value in members.items() if key != name}


def nested(document: dict[str, Any]) -> None:
    for _ in range(80):
        document["settings"] = {"settings": document["settings"]}


HOSTILE: dict[str, tuple[Callable[[Members], Members], str]] = {
    "no contents": (without("gallery.json"), "gallery.json: no such member"),
    "no digest": (lambda m: m, "gallery.json.sha256: no such member"),
    "a missing clip": (without(CLIP), f"found no member '{CLIP}'"),
    "a missing feature": (without("features/000001.safetensors"), "found no member 'features"),
    "a traversal": (with_member("../../etc/cron.d/x", b""), "found the member '../../etc"),
    "an absolute name": (with_member("/etc/passwd", b""), "found the member '/etc/passwd'"),
    "a backslash": (with_member("clips\\x", b""), "found the member"),
    "one more": (with_member("clips/000099.safetensors", b""), "found the member 'clips/000099"),
    "a pickle": (with_member("clips/000002.pkl", b"\x80\x04."), "found the member"),
    "another clip": (
        lambda m: {**m, CLIP: m["clips/000001.safetensors"]},
        f"{CLIP}: found content of SHA-256",
    ),
    "another movement": (
        lambda m: replaced(CLIP, m["clips/000001.safetensors"])(m),
        f"{CLIP}: found another movement's digest",
    ),
    "a clip that is none": (replaced(CLIP, b"a clip?"), f"{CLIP}: found a header of"),
    "a bomb": (replaced(CLIP, b"\0" * (65 << 20)), f"{CLIP}: found more than 67108864 bytes"),
    "a feature that is none": (replaced("features/000001.safetensors", b"x"), "damaged feature"),
    "a feature of NaN": (
        replaced("features/000001.safetensors", save({"feature": np.full(4, np.nan, "f4")})),
        "no feature of finite float32",
    ),
    "a feature of doubles": (
        replaced("features/000001.safetensors", save({"feature": np.ones(4)})),
        "no feature of finite float32",
    ),
    "features of two shapes": (
        replaced("features/000001.safetensors", save({"feature": np.ones(5, "f4")})),
        r"000001.safetensors: found a feature of shape \(5,\), expected \(4,\)",
    ),
    "two features": (
        replaced(
            "features/000001.safetensors",
            save({"feature": np.ones(4, "f4")} | {"x": np.ones(4, "f4")}),
        ),
        "no feature of finite float32",
    ),
    "a newer version": (told(lambda d: d.update(version=2)), "of version 2, expected 1; update"),
    "no version": (told(lambda d: d.pop("version")), "of version None"),
    "a list": (lambda m: {**m, "gallery.json": b"[]"}, "of version None"),
    "no JSON": (lambda m: {**m, "gallery.json": b"{"}, "gallery.json, line 1, column 2: not val"),
    "a deep document": (told(nested), "nested more than 64 deep"),
    "an unknown key": (told(lambda d: d.update(code="x")), "unknown option 'code'"),
    "no exemplars": (told(lambda d: d.update(exemplars={})), "exemplars: .*valid list"),
    "a digest that is none": (
        told(lambda d: d["exemplars"][0].update(clip="../../x")),
        r"exemplars.0.clip: found '../../x'",
    ),
    "an action of lines": (
        told(lambda d: d["exemplars"][0].update(action="a\nb")),
        "action: found 'a.nb'",
    ),
    "a source of half letters": (
        told(lambda d: d["exemplars"][0].update(source="\udce9")),
        "source: ",
    ),
    "features without an encoder": (
        told(lambda d: d.update(fingerprint=None)),
        "found features without the fingerprint of their encoder",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_line_and_imports_nothing(
    exported: Path, tmp_path: Path, name: str
) -> None:
    change, message = HOSTILE[name]
    members = without("gallery.json.sha256")(members_of(exported))
    pack(tmp_path / "x.zip", change(members), sign=name != "no digest")
    with pytest.raises(SkelshotError, match=message) as caught:
        Gallery.import_file(tmp_path / "x.zip", tmp_path / "moves.gallery")
    assert str(caught.value).startswith(str(tmp_path / "x.zip"))
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_contents_that_were_changed_are_not_taken(exported: Path, tmp_path: Path) -> None:
    members = members_of(exported)
    members["gallery.json"] = members["gallery.json"].replace(b"wave", b"sway")
    pack(tmp_path / "x.zip", members, sign=False)
    with pytest.raises(SkelshotError, match=r"gallery.json: found other content than was exported"):
        Gallery.import_file(tmp_path / "x.zip", tmp_path / "moves.gallery")


def test_what_the_table_changes_is_imported(exported: Path, tmp_path: Path) -> None:
    pack(tmp_path / "x.zip", told(lambda d: d)(members_of(exported)))
    with Gallery.import_file(tmp_path / "x.zip", tmp_path / "moves.gallery") as gallery:
        assert len(gallery.ids) == 6


def test_twice_the_same_member(exported: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(exported.read_bytes())
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as opened:
        warnings.simplefilter("ignore")
        opened.writestr(CLIP, b"another")
    with pytest.raises(SkelshotError, match="the archive has two members of this name"):
        Gallery.import_file(file, tmp_path / "moves.gallery")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file, expected an exported gallery"),
        (Path.mkdir, "found a folder"),
        (Path.touch, "not a whole zip archive"),
        (lambda path: path.write_text("wave"), "not a whole zip archive"),
    ],
)
def test_what_is_no_archive(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    make(tmp_path / "x.zip")
    with pytest.raises(SkelshotError, match=message):
        Gallery.import_file(tmp_path / "x.zip", tmp_path / "moves.gallery")


def test_bounds_of_the_whole(
    exported: Path, once_filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    with pytest.raises(SkelshotError, match="unpacks to more than 10000 bytes"):
        Gallery.import_file(exported, tmp_path / "moves.gallery")
    monkeypatch.setattr(archive, "MOST_EXEMPLARS", 5)
    with (
        Gallery.open(once_filled) as gallery,
        pytest.raises(SkelshotError, match="found more than 5 exemplars"),
    ):
        gallery.export(tmp_path / "y.zip")
    assert not list(tmp_path.iterdir())


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_cut_or_changed_bytes_are_one_line_or_harmless(
    exported: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(exported.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[at:]
    else:
        content[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "x.zip").write_bytes(content)
    opened = None
    try:
        opened = archive.GalleryArchive.open(tmp_path / "x.zip")
        opened.check()
    except SkelshotError as error:
        assert str(error).startswith(str(tmp_path / "x.zip"))  # noqa: PT017 - either is well
    finally:
        if opened:
            opened.close()
