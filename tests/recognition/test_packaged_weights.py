"""The weights that ship: above raw matching on people whom they never saw."""

from pathlib import Path

import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.ui_prmd import UiPrmdReader
from skelshot.encoders import packaged_card
from skelshot.encoders.packaged.weights import packaged_names
from skelshot.recognition import MatchOptions, Recognizer

EXERCISES = [f"m{number:02d}" for number in range(1, 11)]
MARGIN = 0.15
"""How far above soft-DTW of raw positions; the card tells of 25 points with five exercises."""


@pytest.fixture(scope="module")
def clips(real_data_dir: Path) -> dict[str, Clip]:
    """Two correct executions of ten exercises by the four people who were held out, by name."""
    archive = real_data_dir / "ui-prmd-kinect.tar"
    if not archive.is_file():
        pytest.skip(f"no {archive.name} in {real_data_dir}")
    people = packaged_card("skelshot-base").recipe["held_out"]["rehab"]["people"]
    wanted = {
        f"{exercise}_s{person:02d}_e{repetition:02d}_positions.txt"
        for exercise in EXERCISES
        for person in people
        for repetition in (1, 2)
    }
    reader, found = UiPrmdReader(), dict[str, Clip]()
    for source in reader.sources(archive):
        if source.name.rpartition("/")[2].removesuffix(".gz") in wanted:
            found.update({one.name: one for one in reader.read(source) if isinstance(one, Clip)})
    assert len(found) == len(wanted) == 80
    return found


def accuracy(
    clips: dict[str, Clip], options: MatchOptions, encoder: str = "skelshot-base"
) -> float:
    """Show one clip of each exercise by two people in turn, and ask about the others' clips."""
    people = sorted({name.split("_")[1] for name in clips})[::2]
    right = []
    for person in people:
        recognizer = Recognizer(encoder, options=options)
        for exercise in EXERCISES:
            recognizer.enroll(exercise, [clips[f"{exercise}_{person}_e01"]])
        asked = [name for name in sorted(clips) if name.split("_")[1] != person]
        answers = recognizer.predict_many(clips[name] for name in asked)
        for name, answer in zip(asked, answers, strict=True):
            right.append(max(answer.scores, key=answer.scores.__getitem__) == name.split("_")[0])
    return sum(right) / len(right)


def test_one_example_goes_further_than_with_raw_matching(clips: dict[str, Clip]) -> None:
    raw = accuracy(clips, MatchOptions(encoder_weight=0))
    for name in packaged_names():
        assert accuracy(clips, MatchOptions(), name) > raw + MARGIN
        assert accuracy(clips, MatchOptions(raw="none"), name) > raw + MARGIN
