"""The worked example: exercises shown by one person in three clips, recognised on another."""

from pathlib import Path

import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.ui_prmd import UiPrmdReader
from skelshot.recognition import Recognizer

EXERCISES = ("m01", "m04", "m05", "m07", "m10")
SHOWN, ASKED = "s06", "s02"


@pytest.fixture(scope="module")
def clips(real_data_dir: Path) -> dict[str, Clip]:
    """Correct executions of five exercises by two people, by name."""
    archive = real_data_dir / "ui-prmd-kinect.tar"
    if not archive.is_file():
        pytest.skip(f"no {archive.name} in {real_data_dir}")
    reader = UiPrmdReader()
    wanted = {
        f"{exercise}_{person}_e{repetition:02d}_positions.txt"
        for exercise in EXERCISES
        for person in (SHOWN, ASKED)
        for repetition in (1, 2, 3, 4, 5)
    }
    found: dict[str, Clip] = {}
    for source in reader.sources(archive):
        if source.name.rpartition("/")[2].removesuffix(".gz") in wanted:
            found.update({one.name: one for one in reader.read(source) if isinstance(one, Clip)})
    assert len(found) == len(EXERCISES) * 10
    return found


def test_exercises_of_one_person_are_recognised_on_another(clips: dict[str, Clip]) -> None:
    recognizer = Recognizer()
    for exercise in EXERCISES:
        recognizer.enroll(exercise, [clips[f"{exercise}_{SHOWN}_e0{n}"] for n in (1, 2, 3)])
    asked = [f"{exercise}_{ASKED}_e0{n}" for exercise in EXERCISES for n in (1, 2, 3)]
    answers = recognizer.predict_many(clips[name] for name in asked)
    best = [max(answer.scores, key=lambda action: answer.scores[action]) for answer in answers]
    right = sum(name.startswith(action) for name, action in zip(asked, best, strict=True))
    assert right >= 0.6 * len(asked)  # chance is a fifth
    assert all("joints mapped from ui-prmd-22" in answer.remarks[0] for answer in answers)


def test_a_persons_own_repetition_is_known(clips: dict[str, Clip]) -> None:
    recognizer = Recognizer()
    for exercise in EXERCISES:
        recognizer.enroll(exercise, [clips[f"{exercise}_{SHOWN}_e0{n}"] for n in (1, 2, 3)])
    asked = [f"{exercise}_{SHOWN}_e0{n}" for exercise in EXERCISES for n in (4, 5)]
    answers = recognizer.predict_many(clips[name] for name in asked)
    labels = [answer.label for answer in answers]
    right = sum(name[:3] == label for name, label in zip(asked, labels, strict=True))
    assert right >= 0.7 * len(asked)
