"""Writing caches: whole or not at all, and never over another one."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.teachers import FeatureCache, write_features
from skelshot.teachers.cache import write as writing

TEXT = np.arange(24.0).reshape(3, 2, 4)


def arguments(**changed: Any) -> dict[str, Any]:
    return {
        "text": TEXT,
        "teacher": "mine",
        "fingerprint": "v1",
        "data_hash": "aa11" * 16,
        "class_names": ("throw", "carry", "sit down"),
    } | changed


@settings(max_examples=15, deadline=None)
@given(
    classes=st.integers(1, 4),
    renderings=st.integers(1, 3),
    dim=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_every_shape_comes_back(
    tmp_path_factory: pytest.TempPathFactory, classes: int, renderings: int, dim: int, seed: int
) -> None:
    text = torch.randn(classes, renderings, dim, generator=torch.Generator().manual_seed(seed))
    folder = tmp_path_factory.mktemp("any") / "new" / "features"
    names = [f"class {number}" for number in range(classes)]
    write_features(folder, **arguments(text=text, class_names=names))
    assert torch.equal(FeatureCache.open(folder).text, text)
    assert sorted(os.listdir(folder)) == ["features.json", "features.safetensors"]  # noqa: PTH208
    assert [entry.name for entry in folder.parent.iterdir()] == ["features"]


def test_same_content_is_kept_untouched(cache: FeatureCache) -> None:
    before = (cache.path / "features.json").stat().st_mtime_ns
    again = write_features(cache.path, **arguments(text=TEXT + 1e-5))
    assert torch.equal(again.text, cache.text)
    assert (cache.path / "features.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"teacher": "other"}, "another teacher .found 'mine', now asked for 'other'"),
        ({"fingerprint": "v2"}, "another fingerprint .found 'v1', now asked for 'v2'"),
        ({"data_hash": "bb22"}, "another data_hash"),
        ({"class_names": ("throw", "carry", "stand up")}, "another class_names"),
        ({"texts": [["a", "b"]] * 3}, "another texts"),
        ({"text": TEXT + 1}, "the same teacher and data with other features"),
        ({"text": TEXT[:, :1]}, "the same teacher and data with other features"),
    ],
)
def test_another_cache_is_not_overwritten(
    cache: FeatureCache, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        write_features(cache.path, **arguments(**changed))
    assert torch.equal(FeatureCache.open(cache.path).text, cache.text)


@pytest.mark.parametrize("kind", ["file", "folder", "damaged cache"])
def test_whatever_else_stands_there_is_left_alone(cache: FeatureCache, kind: str) -> None:
    target = cache.path.with_name("taken") if kind != "damaged cache" else cache.path
    if kind == "folder":
        target.mkdir()
    kept = target if kind == "file" else target / "features.safetensors"
    kept.write_bytes(b"precious")
    with pytest.raises(SkelshotError, match="not overwritten; choose another --out"):
        write_features(target, **arguments())
    assert kept.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"text": TEXT[:, 0]}, r"found shape \(3, 4\), expected \(3 classes"),
        ({"text": TEXT[:2]}, r"found shape \(2, 2, 4\), expected \(3 classes"),
        ({"text": TEXT[:, :0]}, r"found shape \(3, 0, 4\)"),
        ({"text": np.full_like(TEXT, np.inf)}, "24 of 24 numbers are not finite"),
        ({"text": TEXT * 1e300}, "23 of 24 numbers are not finite"),
        ({"text_labels": [0, 1, 1]}, "text_labels names a class twice"),
        ({"text_labels": [0, 1, 3]}, "text_labels holds 3, expected labels from 0 to 2"),
        ({"texts": [["a", "b"]]}, "texts has 1 rows and text_labels 3"),
        ({"teacher": ""}, "teacher: "),
    ],
)
def test_bad_features_are_refused_before_writing(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        write_features(tmp_path / "features", **arguments(**changed))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("step", ["write_tensors", "write_json"])
def test_a_kill_leaves_no_cache_and_the_next_run_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object) -> None:
        (tmp_path / "features.partial" / ".features.json.7.partial").write_text("half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(writing, step, killed)
        with pytest.raises(KeyboardInterrupt):
            write_features(tmp_path / "features", **arguments())
    with pytest.raises(SkelshotError, match="the run that wrote it was stopped"):
        FeatureCache.open(tmp_path / "features")
    assert write_features(tmp_path / "features", **arguments()).dim == 4
    assert [entry.name for entry in tmp_path.iterdir()] == ["features"]


def test_a_full_disk_gives_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_tensors", full)
    with pytest.raises(SkelshotError, match=r"features: cannot be written \(No space left"):
        write_features(tmp_path / "features", **arguments())


def test_a_folder_of_the_user_is_not_cleared(tmp_path: Path) -> None:
    kept = tmp_path / "features.partial" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("precious")
    with pytest.raises(SkelshotError, match=r"holds 'thesis.txt'"):
        write_features(tmp_path / "features", **arguments())
    assert kept.read_text() == "precious"


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    write_features(tmp_path / "features", **arguments())
    assert FeatureCache.open(tmp_path / "features").dim == 4


def test_video_features_of_ones_own(tmp_path: Path) -> None:
    video = np.random.default_rng(0).normal(size=(3, 2, 4)).astype(np.float32)
    cache = write_features(tmp_path / "f", **arguments(video=video, clips=["a", "b", "c"]))
    assert cache.video is not None
    found = cache.video.video_for(["c", "a"])
    assert found.shape == (2, 1, 2, 4)
    np.testing.assert_array_equal(found[:, 0], video[[2, 0]])
    assert "b" in cache.video
    assert "d" not in cache.video
    again = write_features(cache.path, **arguments(video=video, clips=["a", "b", "c"]))
    assert again.path == cache.path
    with pytest.raises(SkelshotError, match=r"another key .*; the clips or videos are others"):
        write_features(cache.path, **arguments(video=video + 1, clips=["a", "b", "c"]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"video": np.ones((3, 4)), "clips": ["a", "b"]}, r"shape \(3, 4\), expected \(2 clips"),
        ({"video": np.ones((2, 4)), "clips": ["a", "a"]}, "names 'a' twice"),
        ({"video": np.ones((2, 5)), "clips": ["a", "b"]}, "found 5 dimensions, the texts have 4"),
        (
            {"video": np.full((2, 4), np.nan), "clips": ["a", "b"]},
            "features of 2 clips are not finite, the first is a",
        ),
        ({"text": None}, "neither text nor video features given"),
    ],
)
def test_video_features_that_do_not_fit(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        write_features(tmp_path / "f", **arguments(**changed))
    assert not (tmp_path / "f").exists()


def test_version_1_still_loads(tmp_path: Path) -> None:
    cache = write_features(tmp_path / "f", **arguments())
    document = json.loads((cache.path / "features.json").read_text())
    del document["video"]
    (cache.path / "features.json").write_text(json.dumps(document | {"format_version": 1}))
    old = FeatureCache.open(cache.path)
    assert old.video is None
    assert old.identity == old.fingerprint == "v1"
    assert torch.equal(old.text, cache.text)
