"""Quality: enough of a synthetic stream is found, with the weights that ship."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.pku_mmd.labels import ActionLabel, read_labels
from skelshot.datasets.pku_mmd.recording import read_recording
from skelshot.recognition import Recognizer
from skelshot.recognition.streams import ActionEvent, Frame, StreamOptions
from skelshot.skeletons import KINECT_V2, SkeletonSequence
from skelshot.skeletons.sequence import FloatArray
from skelshot.synthesis.twins import TWINS
from skelshot.synthesis.twins.twin import synthesise_twin

RATE = 30.0
ACTIONS = (1, 4, 5, 8, 10, 13, 15, 19, 22, 26, 29, 32, 35, 38, 40, 43)
KNOWN = set(ACTIONS[::2])

Recording = tuple[FloatArray, list[ActionLabel]]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Recording]]:
    """Long recordings of three people who do every action once, by person."""
    raw = tmp_path_factory.mktemp("raw")
    twin = TWINS["pku-mmd"](
        raw, actions=ACTIONS, performers=(1, 2, 3), replications=(1,), cameras=(1,), seed=22
    )
    synthesise_twin(twin, 1)
    found: dict[int, list[Recording]] = {}
    for take in twin.takes():
        name = f"{take.recording(1)}.txt"
        joints = read_recording(raw / "Data/PKU_Skeleton_Renew" / name, name).joints[:, 0]
        labels = read_labels(raw / "Label/Train_Label_PKU_final" / name)
        kept = [one for one in labels if isinstance(one, ActionLabel)]
        found.setdefault(take.performer, []).append((joints, kept))
    return found


def shown(recordings: dict[int, list[Recording]]) -> Recognizer:
    """Enrol the known actions from one clip of each of two people."""
    recognizer = Recognizer()
    for action in sorted(KNOWN):
        for joints, labels in [*recordings[1], *recordings[2]]:
            for one in labels:
                if one.action == action:
                    cut = joints[slice(*one.rows("half-open"))][None]
                    there = np.ones(cut.shape[:2], bool)
                    clip = SkeletonSequence(cut, there, KINECT_V2, rate=RATE)
                    recognizer.enroll(str(action), [clip])
    return recognizer


def overlap(event: ActionEvent, label: ActionLabel) -> float:
    start, end = (row / RATE for row in label.rows("half-open"))
    shared = min(event.end, end) - max(event.start, start)
    return max(0.0, shared) / (max(event.end, end) - min(event.start, start))


def test_most_actions_of_a_stream_are_found_and_little_else(
    recordings: dict[int, list[Recording]],
) -> None:
    recognizer = shown(recordings)
    wanted = right = told = 0
    for joints, labels in recordings[3][:2]:
        frames = [Frame(t / RATE, one[None], KINECT_V2) for t, one in enumerate(joints)]
        events = list(recognizer.follow(frames, StreamOptions(hop=0.25)))
        known = [one for one in labels if one.action in KNOWN]
        hits = [
            one
            for one in known
            if any(event.label == str(one.action) and overlap(event, one) > 0.5 for event in events)
        ]
        wanted, right, told = wanted + len(known), right + len(hits), told + len(events)
    assert wanted >= 3
    assert 2 * right / (wanted + told) >= 0.6
    print(wanted, right, told)
