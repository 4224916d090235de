"""`skelshot verify`: what is printed, and the code it leaves with."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.skeletons import MEDIAPIPE_33, map_layout

Run = Callable[..., Any]


@pytest.fixture
def damaged(toy_store: Store, tmp_path: Path) -> Path:
    """A copy of a store with one changed bit in its coordinates."""
    shutil.copytree(toy_store.path, tmp_path / "damaged")
    frames = tmp_path / "damaged" / "frames.npy"
    content = bytearray(frames.read_bytes())
    content[500] ^= 1
    frames.write_bytes(content)
    return tmp_path / "damaged"


def test_a_damaged_store_is_told_whole_and_leaves_with_two(run: Run, damaged: Path) -> None:
    answer = run("verify", damaged, "--json")
    assert answer.code == 2
    assert [problem["file"] for problem in answer.json["bad"]] == ["frames.npy"]
    assert answer.json["ok"] == answer.json["files"] - 1
    words = run("verify", damaged)
    assert words.code == 2
    assert "frames.npy: SHA-256: found" in words.out
    assert words.err == answer.err


def test_bad_raw_clips_leave_with_two(run: Run, toy_store: Store, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(toy_store.path.parent / "raw", raw)
    assert run("verify", raw).code == 0
    (raw / "a00_p00_r00.npz").write_bytes(b"PK\x03\x04 cut off")
    answer = run("verify", raw, "--json")
    assert (answer.code, answer.json["ok"], answer.json["files"]) == (2, 79, 80)


def test_a_whole_store_leaves_with_nought(run: Run, toy_store: Store) -> None:
    assert run("verify", toy_store.path).code == 0


def test_an_unfinished_store_leaves_with_two(run: Run, toy_store: Store, tmp_path: Path) -> None:
    shutil.copytree(toy_store.path, tmp_path / "s.partial")
    answer = run("verify", tmp_path / "s.partial")
    assert answer.code == 2
    assert "the store is not finished" in answer.out


def test_files_passed_over_are_said(run: Run, toy_store: Store, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(toy_store.path.parent / "raw", raw)
    for number in range(7):
        (raw / f"n{number}.skeleton").touch()
    answer = run("verify", raw)
    assert answer.code == 0
    assert "7 files passed over: n0.skeleton, n1.skeleton, n2.skeleton, n3.skel" in answer.out
    assert answer.out.rstrip().endswith("n4.skeleton, ...")


@pytest.fixture
def millimetres(toy_store: Store, tmp_path: Path) -> Path:
    """Three clips of people in millimetres that name no layout."""
    (tmp_path / "mm").mkdir()
    for index in range(3):
        joints = 1000 * toy_store.sequence(20 * index).joints
        np.savez(tmp_path / "mm" / f"{index}.npz", joints=joints, label="x")
    return tmp_path / "mm"


def test_the_options_that_messages_name_are_taken(run: Run, millimetres: Path) -> None:
    answer = run("verify", millimetres)
    assert answer.code == 2
    assert "or say --units millimetres" in answer.out
    assert "guessed: coordinates: metres, y up, right-handed (not confirmed by" in answer.out
    told = run("verify", millimetres, "--units", "millimetres", "--layout", "kinect-v1", "--json")
    assert (told.code, told.json["ok"], told.json["guessed"]) == (0, 3, {})


def test_the_options_of_other_formats_are_refused(run: Run, toy_store: Store) -> None:
    arrays = "npz, pyskl"
    for option, having in (
        (("--units", "metres"), f"{arrays}, bvh"),
        (("--layout", "coco-17"), arrays),
        (("--score-scale", "2"), f"{arrays}, bvh"),
    ):
        answer = run("verify", toy_store.path, *option)
        assert answer.code == 2
        assert f"found a store, but only {having} files have {option[0]}; leave" in answer.err
        assert answer.err.count("\n") == 1


def test_an_unreadable_folder_is_said_and_strict_leaves_with_two(
    run: Run, toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root nothing is unreadable, so the system is asked to say so."""
    raw = tmp_path / "raw"
    shutil.copytree(toy_store.path.parent / "raw", raw)
    (raw / "shut").mkdir()
    scandir = os.scandir

    def refusing(path: str = ".") -> object:
        if str(path) == str(raw / "shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    answer = run("verify", raw)
    assert answer.code == 0
    assert "1 sub-folders cannot be read: shut/ (Permission denied)" in answer.out
    assert run("verify", raw, "--strict").code == 2


def test_the_format_can_be_told(run: Run, toy_store: Store, tmp_path: Path) -> None:
    joints = map_layout(toy_store.sequence(0), MEDIAPIPE_33).joints[0] * (-1, -1, 1)
    names = ("x", "y", "z")
    frames = [
        {
            "poseWorldLandmarks": [
                dict(zip(names, map(float, joint), strict=True)) for joint in frame
            ]
        }
        for frame in joints
    ]
    (tmp_path / "raw" / "wave").mkdir(parents=True)
    (tmp_path / "raw" / "wave" / "a.json").write_text(json.dumps(frames))
    answer = run("verify", tmp_path / "raw")
    assert answer.code == 2
    assert "guessed: format: nw-ucla, by the files' names; --format says another" in answer.out
    assert run("verify", tmp_path / "raw", "--format", "mediapipe").code == 0
    answer = run("verify", tmp_path / "raw", "--format", "mediapipe", "--pixels", "none")
    assert "--pixels: the format is mediapipe, but only pku-mmd has this option" in answer.err
    answer = run("verify", tmp_path / "raw", "--pixels", "none")
    assert "--pixels: say of which format, too, with --format" in answer.err
    assert "expected one of" in run("verify", tmp_path / "raw", "--format", "mediapip").err
