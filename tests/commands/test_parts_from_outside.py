"""Readers and teachers that other packages register, on the command line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.reader_family import READERS
from skelshot.datasets.store import Store
from skelshot.teachers import TEACHERS, FeatureCache

Run = Callable[..., Any]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

BROKEN = """
import torch
from skelshot.datasets import Reader
from skelshot.teachers import Teacher

class NoMethods(Reader):
    name = "no-methods"

class WrongName(Reader):
    name = "another"

class NoTeacher:
    name = "no-teacher"

class Mute(Teacher):
    name = "mute"

class Unmade(Teacher):
    name = "unmade"
    def __init__(self): raise RuntimeError("no licence")
    def fingerprint(self): return "u"
    def encode_text(self, texts): return [1 / 0]

class Endless(Unmade):
    name = "endless"
    def __init__(self): self.dim = 2

class NoDim(Unmade):
    name = "no-dim"
    def __init__(self): pass

class Narrow(Teacher):
    name = "narrow"
    dim = 5
    def fingerprint(self): return "n"
    def encode_text(self, texts): return torch.zeros(len(texts), 4)

class Listing(Narrow):
    name = "listing"
    def encode_text(self, texts): return [0.0] * len(texts)
"""

TELLING = """
from own_reader import CsvReader

class Telling(CsvReader):
    name = "telling"
    def read(self, source): yield "a clip"

class Raising(CsvReader):
    name = "raising"
    def read(self, source):
        if source.name: raise LookupError("no such joint")
        yield
"""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution with the two examples and with parts that do not work."""
    folder = tmp_path / "site"
    info = folder / "outside_parts-1.0.dist-info"
    info.mkdir(parents=True)
    for name in ("own_reader", "own_teacher"):
        (folder / f"{name}.py").write_text((EXAMPLES / f"{name}.py").read_text("utf-8"))
    (folder / "broken_parts.py").write_text(BROKEN)
    (folder / "telling_parts.py").write_text(TELLING)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-parts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[skelshot.readers]\ncsv = own_reader:CsvReader\nno-methods = broken_parts:NoMethods\n"
        "other = broken_parts:WrongName\ntelling = telling_parts:Telling\n"
        "raising = telling_parts:Raising\n"
        "[skelshot.teachers]\nwords = own_teacher:WordsTeacher\n"
        "no-teacher = broken_parts:NoTeacher\nmute = broken_parts:Mute\n"
        "unmade = broken_parts:Unmade\nendless = broken_parts:Endless\n"
        "no-dim = broken_parts:NoDim\n"
        "clip-b16 = own_teacher:WordsTeacher\n"
        "narrow = broken_parts:Narrow\nlisting = broken_parts:Listing\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    for name in ("own_reader", "own_teacher", "broken_parts", "telling_parts"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    (tmp_path / "raw").mkdir()
    for name in ("jump_1", "wave_1"):
        frames = rng.normal(size=60) + rng.normal(0, 0.01, (20, 60)).cumsum(axis=0)
        np.savetxt(tmp_path / "raw" / f"{name}.csv", frames, delimiter=";")
    return tmp_path / "raw"


def test_a_reader_from_outside(run: Run, outside: None, tables: Path, tmp_path: Path) -> None:
    words = ("prepare", "csv", tables, "--out", tmp_path / "store")
    assert run(*words, "--option", "separator=;").code == 0
    store = Store.open(tmp_path / "store")
    assert store.class_names == ("jump", "wave")
    assert store.document.reader.options == {"separator": ";"}
    found = run("verify", tables)  # guessed by the endings; the usual separator does not fit
    assert found.code == 2
    assert "jump_1.csv: found" in found.out
    assert "csv" in run("prepare", "-h").out


REFUSALS = {
    "an unknown option": (
        ("csv", "--option", "seperator=;"),
        "reader csv, options: found the unknown option 'seperator', expected separator; did you "
        "mean 'separator'?",
    ),
    "a bad value": (("csv", "--option", "separator=ab"), "reader csv, options, separator: found"),
    "no assignment": (
        ("csv", "--option", "separator"),
        "--option: found 'separator', expected",
    ),
    "twice": (
        ("csv", "--option", "separator=;", "--option", "separator=,"),
        "--option: names 'separator' twice",
    ),
    "a word of others": (
        ("csv", "--units", "feet"),
        "--units: the format is csv, but only npz",
    ),
    "near": (("csvv",), "format: found 'csvv', expected one of nw-ucla, ntu, npz, pyskl, store, "),
    "no methods": (
        ("no-methods",),
        "of the package outside-parts: lacks class_names,",
    ),
    "another name": (("other",), "of the package outside-parts: found name = 'another'"),
    "a mistake in it": (
        ("raising",),
        "reader raising of the package outside-parts: LookupError: no such joint; mend or unin",
    ),
    "no clips": (
        ("telling",),
        "reader telling of the package outside-parts: yielded str, expected Clip or Rejected",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_readers_refuse_in_one_line(
    run: Run, outside: None, tables: Path, tmp_path: Path, refusal: str
) -> None:
    words, message = REFUSALS[refusal]
    answer = run("prepare", words[0], tables, "--out", tmp_path / "store", *words[1:])
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1


def test_a_teacher_from_outside(run: Run, outside: None, toy_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "features"
    words = ("teach", toy_store.path, "--out", out, "--teacher")
    assert run(*words, "words", "--option", "dim=16").code == 0
    cache = FeatureCache.open(out)
    assert (cache.teacher, cache.dim) == ("words", 16)
    assert "words" in run("teach", "-h").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("wrds",), "--teacher wrds: unknown teacher, expected minilm, "),
        (("wrds",), "did you mean 'words'?"),
        (("words", "--option", "dim=0"), "teacher words, options, dim: found '0'; input should"),
        (("words", "--device", "cuda"), "--device cuda: the teacher words has no device; leave"),
        (
            ("no-teacher",),
            "of the package outside-parts: found the class NoTeacher, exp",
        ),
        (("mute",), "of the package outside-parts: lacks encode_text, fingerprint"),
        (
            ("narrow",),
            "narrow of the package outside-parts: returned shape (1, 4) for 1 texts",
        ),
        (("listing",), "listing of the package outside-parts: returned list for 1 texts, expected"),
        (("minilm", "--frames", 3), "--frames 3: the teacher minilm has no frames; leave it out"),
    ],
)
def test_teachers_refuse_in_one_line(
    run: Run,
    outside: None,
    toy_store: Store,
    tmp_path: Path,
    words: tuple[object, ...],
    message: str,
) -> None:
    answer = run("teach", toy_store.path, "--out", tmp_path / "f", "--teacher", *words)
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("family", [READERS, TEACHERS], ids=lambda family: family.kind)
def test_every_part_is_on_a_page(family: Any) -> None:
    docs = EXAMPLES.parent / "docs"
    pages = "".join(page.read_text("utf-8") for page in docs.glob("*.md"))
    for part in family.shipped:
        assert f"`{part.name}`" in pages or f"prepare {part.name} " in pages
