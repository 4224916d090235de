"""`skelshot check`: what it reads, what it says, its page, and what it refuses."""

import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import pytest

import skelshot as sk
from skelshot.datasets.store import Store
from skelshot.experiments import check_page

Run = Callable[..., Any]
EVIL = "<script>alert(1)</script> $\\foo$"


class Page(HTMLParser):
    """What a page says, and how many pictures it holds."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.tags, self.sources = "", set[str](), list[str]()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "img":
            self.sources.append(str(dict(attrs)["src"])[:22])

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


@pytest.fixture
def clips(toy_store: Store, tmp_path: Path) -> Path:
    """Two toy classes in sub-folders, without labels; one clip of the first is upside down."""
    folder = tmp_path / "clips"
    for place, name in enumerate(["bow", "kick"]):
        (folder / name).mkdir(parents=True)
        for index in np.flatnonzero(toy_store.labels == place)[:4].tolist():
            joints = toy_store.sequence(index).joints
            turned = joints * np.float32([1, -1, 1]) if (place, index % 4) == (0, 1) else joints
            np.savez(folder / name / f"{index % 4}.npz", joints=turned, layout="kinect-v1")
    return folder


def test_a_folder_of_classes(run: Run, clips: Path, tmp_path: Path) -> None:
    answer = run("check", clips, "--out", tmp_path / "page", "--json")
    assert answer.code == 0
    document = answer.json
    assert {"suspicions", "page", "clips", "classes", "kinds", "notes"} <= document.keys()
    assert {name: each["clips"] for name, each in document["classes"].items()} == {
        "bow": 4,
        "kick": 4,
    }
    (found, *_) = document["suspicions"]
    assert (found["clip"], found["kind"]) == ("bow/1", "upside-down")
    assert {"found", "expected", "advice"} <= found.keys()
    assert any("8 clips without a label" in note for note in document["notes"])
    page = Page(Path(document["page"]))
    assert "bow/1" in page.text
    assert "turn the axes" in page.text
    assert set(page.sources) == {"data:image/png;base64,"}
    assert len(page.sources) >= 2
    text = run("check", clips, "--out", tmp_path / "page").out
    assert "upside-down: bow/1: found " in text
    assert str(tmp_path / "page" / "index.html") in text


def test_single_files_are_named_for_their_classes(run: Run, clips: Path, tmp_path: Path) -> None:
    files = [
        shutil.copy(clips / "kick" / f"{at}.npz", tmp_path / f"kick_{at}.npz") for at in (0, 2)
    ]
    document = run("check", *files, "--out", tmp_path / "p.html", "--json").json
    assert list(document["classes"]) == ["kick"]
    alone = run("check", files[0], "--out", tmp_path / "p.html", "--json").json
    assert alone["clips"] == 1
    assert alone["classes"] == {}


def test_a_store_and_the_front_door(toy_store: Store) -> None:
    report = sk.check(toy_store.path)
    assert report.suspicions == ()
    assert (report.clips, report.page) == (len(toy_store), None)


def test_names_cannot_steer_the_page(clips: Path, tmp_path: Path) -> None:
    shutil.copytree(clips / "kick", tmp_path / "evil" / EVIL.replace("/", "\\"))
    shutil.copytree(clips / "bow", tmp_path / "evil" / "bow")
    report = sk.check(tmp_path / "evil", tmp_path / "page.html")
    assert report.page is not None
    assert "script" not in Page(report.page).tags


def test_what_is_suspicious_can_be_a_failure(run: Run, clips: Path, tmp_path: Path) -> None:
    answer = run("check", clips, "--strict", "--out", tmp_path / "p.html")
    assert answer.code == 2
    assert "upside-down" in answer.out


def test_a_clip_that_cannot_be_read_is_a_suspicion(run: Run, clips: Path, tmp_path: Path) -> None:
    (clips / "bow" / "broken.npz").write_bytes(b"no clip")
    (first, *_) = run("check", clips, "--out", tmp_path / "p.html", "--json").json["suspicions"]
    assert (first["kind"], first["clip"]) == ("unreadable", "bow/broken.npz")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "no such file"),
        (["clips", "nowhere"], "nowhere: no such file"),
        (["clips", "clips"], "found a second"),
        (["clips", "--rate", "0"], "--rate: found 0, expected 1 to 1000"),
        (["clips", "--rate", "nan"], "--rate: found nan"),
        (["clips", "--format", "npy"], "--format: found 'npy', expected one of"),
        (["clips", "--format", "nw-ucla", "--units", "feet"], "unknown option 'units'"),
        (
            ["store", "--units", "feet"],
            "found a store, which is read as it is, expected no --units",
        ),
        (["clips", "--out", "clips.txt/x"], "clips.txt"),
        (["empty"], "empty: the folder holds no files"),
        (["broken.npz"], "broken.npz"),
    ],
)
def test_bad_calls_are_one_line(
    words: list[str],
    told: str,
    run: Run,
    clips: Path,
    toy_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("store").symlink_to(toy_store.path)
    Path("empty").mkdir()
    Path("broken.npz").write_bytes(b"no clip")
    Path("clips.txt").write_text("")
    answer = run("check", *words)
    assert answer.code == 2
    assert told in answer.err
    assert str(Path(gettempdir(), "tmp")) not in answer.err
    assert answer.err.count("\n") == 1


def test_a_page_of_many_classes_stays_small(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_page, "CLASSES", 3)
    report = sk.check(toy_store.path, tmp_path / "page.html")
    assert report.page is not None
    page = Page(report.page)
    assert len(page.sources) == 1
    assert "7 more classes have no picture here." in page.text
