"""The estimator `mediapipe`, with stand-ins for the package's two shapes."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.pose import estimator_named, video_poses

POINTS = [SimpleNamespace(x=0.2 + i / 100, y=0.5, z=0.1, visibility=0.8) for i in range(33)]


def moved(points: list[Any], by: float) -> list[Any]:
    return [SimpleNamespace(**{**vars(point), "x": point.x + by}) for point in points]


def package(version: str, **members: object) -> ModuleType:
    module = ModuleType("mediapipe")
    module.__dict__.update(members, __version__=version)
    return module


class _Pose:
    """What older versions carry."""

    def __init__(self, model_complexity: int) -> None:
        assert model_complexity == 1
        self.count = 0

    def process(self, picture: np.ndarray) -> SimpleNamespace:
        assert picture.flags.c_contiguous
        self.count += 1
        found = None if self.count == 3 else SimpleNamespace(landmark=POINTS)
        return SimpleNamespace(pose_landmarks=found, pose_world_landmarks=found)


class _Landmarker:
    """What newer versions make of a .task file: people in any order."""

    made: SimpleNamespace

    @classmethod
    def create_from_options(cls, options: SimpleNamespace) -> "_Landmarker":
        if "broken" in options.base_options:
            raise RuntimeError("Unable to open\nzip archive.")
        cls.made = options
        return cls()

    def __init__(self) -> None:
        self.times: list[int] = []

    def detect_for_video(self, image: object, milliseconds: int) -> SimpleNamespace:
        assert not self.times or milliseconds > self.times[-1]
        self.times.append(milliseconds)
        people = [POINTS, moved(POINTS, 0.5)][:: -1 if len(self.times) % 2 else 1]
        return SimpleNamespace(pose_landmarks=people, pose_world_landmarks=people)


OLD = package("0.10.21", solutions=SimpleNamespace(pose=SimpleNamespace(Pose=_Pose)))
NEW = package(
    "1.2.3",
    Image=lambda image_format, data: data,
    ImageFormat=SimpleNamespace(SRGB=1),
    tasks=SimpleNamespace(
        BaseOptions=lambda model_asset_path: model_asset_path,
        vision=SimpleNamespace(
            PoseLandmarkerOptions=SimpleNamespace,
            RunningMode=SimpleNamespace(VIDEO="video"),
            PoseLandmarker=_Landmarker,
        ),
    ),
)


def test_a_version_with_its_own_model(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", OLD)
    clip = video_poses(video, estimator_named("mediapipe")).sequence
    assert clip.present[0].tolist() == [n != 2 for n in range(12)]
    assert clip.pixels is not None
    assert clip.pixels[0, 0, 3] == pytest.approx([0.23 * 160, 45])


def test_a_task_file_and_people_in_any_order(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", NEW)
    task = tmp_path / "pose_landmarker.task"
    task.write_bytes(b"task")
    clip = video_poses(video, estimator_named("mediapipe", task=task), persons=2).sequence
    assert _Landmarker.made.num_poses == 2
    assert clip.joints.shape == (2, 12, 33, 3)
    assert clip.pixels is not None
    columns = clip.pixels[:, :, 0, 0]
    assert (np.ptp(columns, axis=1) < 1).all()  # each stays the same person
    assert sorted(columns[:, 0].round().tolist()) == [32, 112]


@pytest.mark.parametrize(
    ("module", "task", "persons", "message"),
    [
        (None, None, 1, "the package mediapipe cannot be imported.*pip install mediapipe"),
        (NEW, None, 1, "mediapipe 1.2.3 carries no model; name a pose_landmarker .task file"),
        (OLD, None, 2, "--persons: found 2, but the model that mediapipe 0.10.21 carries finds"),
        (NEW, "none.task", 1, "--task: .*none.task: no such file"),
        (NEW, "broken.task", 1, "--task: .*broken.task: mediapipe cannot read it"),
    ],
)
def test_what_is_missing_is_one_line(
    module: ModuleType | None,
    task: str | None,
    persons: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", module)
    (tmp_path / "broken.task").write_bytes(b"?")
    options = {} if task is None else {"task": tmp_path / task}
    with pytest.raises(SkelshotError, match=message) as caught:
        estimator_named("mediapipe", **options).begin(persons, 30.0)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
