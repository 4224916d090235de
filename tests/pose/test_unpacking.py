"""Model files out of packages: by their hashes alone, within bounds."""

import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.pose import model_files, unpacking
from skelshot.pose.model_files import VARIABLE, ModelFile, model_file, model_folder, model_table
from skelshot.pose.unpacking import unpack_models

MODELS = {"one": b"first model" * 9, "two": b"second" * 40}
TABLE = {
    name: ModelFile(
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        package=f"the package of {name}",
        made_by="them",
    )
    for name, content in MODELS.items()
}


@pytest.fixture(autouse=True)
def small_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (model_files, unpacking):
        monkeypatch.setattr(module, "model_table", lambda: TABLE)


def tgz(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def nested(path: Path) -> Path:
    inner = zipped(path.with_suffix(".nfd"), {"models/m.bin": MODELS["two"]}).read_bytes()
    path.with_suffix(".nfd").unlink()
    return zipped(path, {"models/v1.nfd": inner, "a.py": b"boom"})


def folder(path: Path) -> Path:
    (path / "deep").mkdir(parents=True)
    tgz(path / "deep/p.tgz", {"package/data": MODELS["one"]})
    (path / "two.tflite").write_bytes(MODELS["two"])
    (path / "broken.zip").write_bytes(b"PK\x03\x04 not really")
    (path / "note.txt").write_bytes(b"hello")
    return path


def plain(path: Path) -> Path:
    path.write_bytes(MODELS["one"])
    return path


@pytest.mark.parametrize(
    ("make", "name", "installed"),
    [
        (lambda path: tgz(path, {"package/any.data": MODELS["one"]}), "p.tgz", ("one",)),
        (lambda path: zipped(path, {"one.tflite": MODELS["one"]}), "p.zip", ("one",)),
        (nested, "w.whl", ("two",)),
        (folder, "all", ("one", "two")),
        (plain, "whatever", ("one",)),
    ],
)
def test_every_package_gives_its_models(
    make: Callable[[Path], Path], name: str, installed: tuple[str, ...], tmp_path: Path
) -> None:
    found = unpack_models([make(tmp_path / name)], tmp_path / "cache")
    assert found.installed == installed
    assert set(found.missing) == set(MODELS) - set(installed)
    for model in installed:
        assert model_file(model, tmp_path / "cache").read_bytes() == MODELS[model]
    written = {path.name for path in (tmp_path / "cache").iterdir()}
    assert written == {f"{model}.tflite" for model in installed}


WRONG = b"First model" * 9


@pytest.mark.parametrize(
    ("make", "name", "message"),
    [
        (lambda path: path, "none.tgz", "none.tgz: no such file or folder"),
        (lambda path: zipped(path, {"a.txt": b"x"}), "p.zip", "found none of the model files"),
        (
            lambda path: tgz(path, {"package/one.tflite": WRONG}),
            "p.tgz",
            "p.tgz#package/one.tflite: found the sha256 "
            f"{hashlib.sha256(WRONG).hexdigest()}, expected {TABLE['one'].sha256} for one",
        ),
        (lambda path: path.write_bytes(WRONG) and path, "one.tflite", "one.tflite: found the sha"),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08junk") and path, "p.tgz", "p.tgz: not a whol"),
        (lambda path: path.write_bytes(b"PK\x03\x04junk") and path, "p.zip", "p.zip: not a whole"),
        (
            lambda path: tgz(path, {f"{n}/one.tflite": MODELS["two"][:-1] for n in range(70)}),
            "p.tgz",
            "found more than 64 files of models' sizes",
        ),
        (lambda path: tgz(path, {"../../one.tflite": MODELS["one"]}), "p.tgz", "leads out of the"),
    ],
)
def test_what_is_no_package_is_one_line(
    make: Callable[[Path], Path], name: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SkelshotError, match=re.escape(message)) as caught:
        unpack_models([make(tmp_path / name)], tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("cache/*"))


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1 << 20)
    bomb = tgz(tmp_path / "p.tgz", {"one.tflite": bytes(4 << 20)})
    with pytest.raises(SkelshotError, match="unpacks to more than 1048576 bytes"):
        unpack_models([bomb], tmp_path / "cache")


def test_a_right_file_beside_a_wrong_one_is_taken(tmp_path: Path) -> None:
    package = zipped(tmp_path / "p.zip", {"old/one.tflite": WRONG, "one.tflite": MODELS["one"]})
    assert unpack_models([package], tmp_path / "cache").installed == ("one",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such model file; it travels in the package of one"),
        (b"", f"found the sha256 {hashlib.sha256(b'').hexdigest()}, expected"),
        (WRONG, "write it anew with skelshot pose-models"),
    ],
)
def test_a_model_that_is_not_whole_is_refused(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "one.tflite").write_bytes(content)
    with pytest.raises(SkelshotError, match=message) as caught:
        model_file("one", tmp_path)
    assert str(tmp_path / "one.tflite") in str(caught.value)


def test_where_models_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert model_folder() == tmp_path / "skelshot" / "pose-models"
    monkeypatch.setenv(VARIABLE, "elsewhere")
    assert model_folder() == Path("elsewhere")
    assert model_folder(Path("told")) == Path("told")


def test_the_shipped_table_is_whole() -> None:
    assert len({row.sha256 for row in model_table().values()}) == 5
    assert sum(row.bytes for row in model_table().values()) < 64 << 20


def test_another_wrapping_of_a_model_is_known_by_its_own_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped = b"wrapped " + MODELS["one"]
    also = TABLE["one"].model_copy(update={"also": (hashlib.sha256(wrapped).hexdigest(),)})
    monkeypatch.setitem(TABLE, "one", also)
    wheel = zipped(tmp_path / "p.whl", {"modules/one.tflite": wrapped})
    assert unpack_models([wheel], tmp_path / "models").installed == ("one",)
    assert model_file("one", tmp_path / "models").read_bytes() == wrapped
