"""From a COCO pickle, as PYSKL's documentation writes it, to an accuracy: every command."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.datasets.store import Store
from skelshot.skeletons import COCO_17

Annotation = dict[str, Any]
Run = Callable[..., Any]

STANDING = np.array(
    [
        *[(0, -75), (3, -78), (-3, -78), (6, -76), (-6, -76)],
        *[(16, -60), (-16, -60), (20, -38), (-20, -38), (22, -16), (-22, -16)],
        *[(10, -8), (-10, -8), (11, 32), (-11, 32), (12, 72), (-12, 72)],
    ],
    np.float64,
)
"""A person who faces the camera: x right, y down."""

MOVES: dict[str, dict[str, tuple[float, float]]] = {
    "arms up": {
        f"{side} {joint}": (x, y)
        for side, x in (("left", 2.0), ("right", -2.0))
        for joint, y in (("elbow", -40.0), ("wrist", -85.0))
    },
    "squat": {name: (0, 25) for name in COCO_17.joints if "knee" not in name and "an" not in name},
    "kick": {"right knee": (-18, -12), "right ankle": (-45, -30)},
    "punch": {"left elbow": (12, -18), "left wrist": (48, -42)},
    "bow": dict.fromkeys(COCO_17.joints[:5], (14, 22)),
    "stride": {"left ankle": (28, 0), "right ankle": (-28, 0), "left knee": (14, 0)},
}
SETTINGS = ("--set", "strategy.epochs=6", "--set", "encoder.width=0.125")
PROTOCOL = "{name: mine, draws_as: mine, splits: 1, base: 3, novel: 3, draws: 4}"


def performed(move: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return joints (T, V, 2) of one performance: another body, place and tempo each time."""
    frames = int(rng.integers(24, 40))
    going = np.sin(np.pi * np.linspace(0, rng.uniform(0.9, 1.1), frames)) ** 2
    joints = np.repeat(STANDING[None], frames, axis=0)
    for name, (x, y) in MOVES[move].items():
        joints[:, COCO_17.index(name)] += going[:, None] * rng.uniform(0.8, 1.2) * np.array([x, y])
    sway = np.cumsum(rng.normal(0, 0.3, (frames, 1, 2)), axis=0)
    return (joints + sway + rng.normal(0, 0.4, joints.shape)) * rng.uniform(0.8, 1.3) + (320, 240)


def annotations() -> list[Annotation]:
    """Return 48 clips of six classes; key points and scores are float16, as PYSKL has them."""
    clips = []
    for label, move in enumerate(MOVES):
        for number in range(8):
            rng = np.random.default_rng([label, number])
            joints = performed(move, rng)[None]
            scores = rng.uniform(0.7, 1.0, joints.shape[:3])
            clips.append(
                {
                    "frame_dir": f"{move.replace(' ', '_')}_{number}",
                    "label": np.int64(label),
                    "img_shape": (480, 640),
                    "original_shape": (480, 640),
                    "total_frames": joints.shape[1],
                    "keypoint": joints.astype(np.float16),
                    "keypoint_score": scores.astype(np.float16),
                }
            )
    return clips


def unseen(fill: float) -> list[Annotation]:
    """Lose joints for a few frames at a time; the score says so."""
    clips = annotations()
    for clip in clips:
        rng = np.random.default_rng([9, len(clip["frame_dir"])])
        for joint in rng.choice(17, 4, replace=False):
            start = int(rng.integers(2, clip["total_frames"] - 8))
            clip["keypoint"][:, start : start + 5, joint] = fill
            clip["keypoint_score"][:, start : start + 5, joint] = 0
    return clips


def with_ghost() -> list[Annotation]:
    """Put a detection of two frames in front of every person."""
    clips = annotations()
    for clip in clips:
        for field, value in (("keypoint", 30.0), ("keypoint_score", 0.01)):
            ghost = np.zeros_like(clip[field])
            ghost[:, 4:6] = value + np.random.default_rng(0).random(ghost[:, 4:6].shape)
            ghost = ghost if field == "keypoint" else ghost * 0.01
            clip[field] = np.concatenate([ghost, clip[field]])
    return clips


@pytest.fixture
def prepared(run: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Prepare a pickle."""

    def of(name: str, clips: list[Annotation], *words: str) -> dict[str, Any]:
        split = {"train": [clip["frame_dir"] for clip in clips]}
        document = {"split": split, "annotations": clips}
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(document))
        (tmp_path / "mine.yaml").write_text(PROTOCOL)
        store = tmp_path / f"{name}.store"
        made = run("prepare", "pyskl", tmp_path / f"{name}.pkl", *words, "--out", store, "--json")
        assert made.code == 0, made.err
        data_hash = Store.open(store).data_hash
        return {"prepare": json.loads(made.out), "store": store, "data_hash": data_hash}

    return of


@pytest.fixture
def accuracy(
    run: Run, prepared: Callable[..., dict[str, Any]], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Prepare, pre-train and evaluate a pickle with the default preset, made small."""

    def of(name: str, clips: list[Annotation]) -> dict[str, Any]:
        done, folder = prepared(name, clips), tmp_path / f"{name}.run"
        task = ("--protocol", tmp_path / "mine.yaml")
        trained = run("pretrain", done["store"], *task, *SETTINGS, "--out", folder)
        assert trained.code == 0, trained.err
        judged = run("evaluate", done["store"], *task, "--run", folder, "--shots", 1, "--json")
        assert judged.code == 0, judged.err
        return {**done, "run": folder, **json.loads(judged.out)}

    return of


def test_the_control_is_recognised_and_damaged_files_are_read_as_it_is(
    prepared: Callable[..., dict[str, Any]], accuracy: Callable[..., dict[str, Any]]
) -> None:
    control = accuracy("control", annotations())
    assert control["accuracy"]["1"]["mean"] == 1.0
    assert control["prepare"]["guessed"]["layout"].startswith("coco-17 (of coco-17, h36m-17)")
    assert "evaluate.views: 4 turned ones left out" in control["adapted"]
    gaps, zeros = prepared("gaps", unseen(np.nan)), accuracy("zeros", unseen(0.0))
    assert zeros["prepare"]["repaired"] == gaps["prepare"]["repaired"] == 48 * 4 * 5
    assert zeros["data_hash"] == gaps["data_hash"]
    assert zeros["accuracy"]["1"]["mean"] >= 0.98
    kept = prepared("kept", unseen(0.0), "--unseen", "keep")
    assert kept["prepare"]["repaired"] == 0
    ghosts = prepared("ghosts", with_ghost())
    assert ghosts["prepare"]["ghosts"] == 48
    assert ghosts["data_hash"] == control["data_hash"]


def test_every_command_takes_pixels(
    run: Run, accuracy: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    done = accuracy("control", annotations())
    store, folder, task = done["store"], done["run"], ("--protocol", tmp_path / "mine.yaml")
    calls = [
        ("verify", tmp_path / "control.pkl"),
        ("verify", store),
        ("draw", store, "--out", tmp_path / "sheet.png"),
        ("export", "pyskl", store, "--out", tmp_path / "back.pkl"),
        ("prepare", "pyskl", tmp_path / "back.pkl", "--out", tmp_path / "back"),
        ("prepare", "store", store, "--layout", "openpose-18", "--out", tmp_path / "mapped"),
        ("teach", store, "--teacher", "random-code", "--out", tmp_path / "features"),
        ("evaluate", store, *task, "--method", "raw-nearest"),
        ("evaluate", store, *task, "--run", folder, "--method", "subspace", "--shots", 1),
        ("evaluate", store, *task, "--run", folder, "--method", "jeanie", "--shots", 1),
        ("pretrain", store, *task, "--preset", "smoke", "--features", tmp_path / "features",
         "--episodes", "tcn-oneshot", "--set", "input.confidence=true", "--out", tmp_path / "t"),
        ("evaluate", store, *task, "--run", tmp_path / "t", "--method", "tcn-oneshot"),
        ("pretrain", store, *task, "--preset", "smoke", "--strategy", "aimclr", "--out",
         tmp_path / "a"),
    ]  # fmt: skip
    for call in calls:
        answer = run(*call)
        assert answer.code == 0, f"{call}: {answer.err}"
    back = pickle.loads((tmp_path / "back.pkl").read_bytes())["annotations"]  # noqa: S301
    assert {clip["img_shape"] for clip in back} == {(480, 640)}


def test_a_refused_call_leaves_nothing_that_would_refuse_the_right_one(
    run: Run, prepared: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    store = prepared("control", annotations())["store"]
    call = ("pretrain", store, "--protocol", tmp_path / "mine.yaml", "--preset", "smoke", "--out")
    refused = run(*call, tmp_path / "r", "--set", "augmentation.rotate_degrees=[10,10,10]")
    assert refused.code == 2
    assert "set augmentation.rotate_degrees=[0,0,10]" in refused.err
    assert not (tmp_path / "r").exists()
    assert run(*call, tmp_path / "r").code == 0
