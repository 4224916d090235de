"""The background: what is near to everything is near to nothing in particular."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from skelshot.explain.decision import FeaturePath
from skelshot.fewshot import NearestNeighbour
from skelshot.ground import SkelshotError
from skelshot.recognition.cohort import NEAREST
from skelshot.recognition.engine import Engine
from skelshot.recognition.judge import NO_BACKGROUND, Judge
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.other_movements import (
    packaged_movements,
    read_movements,
    short_movement,
    write_movements,
)
from skelshot.recognition.support import Support
from skelshot.recognition.term import Term
from skelshot.recognition.trained import trained_named
from skelshot.recognition.unknown.above_background import AboveBackground
from skelshot.skeletons import InputSpec, SkeletonSequence
from skelshot.skeletons.layouts import COCO_17, KINECT_V1

LABELS = [0, 1, 1, 2]


@pytest.fixture
def support() -> Support:
    generator = torch.Generator().manual_seed(0)
    method = NearestNeighbour.from_options({"distance": "cosine", "to": "exemplar"})
    term = Term(FeaturePath(None, method, InputSpec(layout="kinect-v1")), 1.0)
    features = torch.randn(len(LABELS), 4, generator=generator)
    labels, places = torch.tensor(LABELS), torch.arange(len(LABELS))
    return Support((term,), (features,), labels, ("a", "b", "c"), tuple("wxyz"), places)


def test_levels_are_means_of_the_nearest_movements(support: Support) -> None:
    other = torch.randn(9, 4, generator=torch.Generator().manual_seed(1))
    queries = torch.randn(3, 4, generator=torch.Generator().manual_seed(2))
    told = support.against([other]).evidence([queries])

    def level(clip: torch.Tensor) -> float:
        cosines = [float(clip @ one / clip.norm() / one.norm()) for one in other]
        return sum(sorted(cosines)[-NEAREST:]) / NEAREST

    own = [level(one) for one in support.features[0]]
    actions = [own[0], (own[1] + own[2]) / 2, own[3]]
    assert told.background is not None
    for row, clip in enumerate(queries):
        expected = [(level(clip) + each) / 2 for each in actions]
        assert told.background[0, row].tolist() == pytest.approx(expected, abs=1e-5)
    torch.testing.assert_close(told.terms, support.evidence([queries]).terms)


def test_a_part_keeps_its_own_levels(support: Support) -> None:
    whole = support.against([torch.eye(4)])
    chosen = torch.tensor([1, 3])
    part = whole.part(chosen)
    assert whole.background is not None
    assert part.background is not None
    torch.testing.assert_close(part.background.levels, whole.background.levels[:, chosen])


def test_exemplars_without_their_actions_keep_the_background(support: Support) -> None:
    parts = support.against([torch.eye(4)]).without_their_actions()
    assert [part.background.shape for part in parts if part.background is not None] == [
        (1, 1, 2),
        (1, 2, 2),
        (1, 1, 2),
    ]


def test_a_centre_is_taken_off(support: Support) -> None:
    (term,), (features,) = support.terms, support.features
    centred = replace(term, centre=torch.full((4,), 3.0))
    found = centred.to_exemplars(features + 3, features[:2] + 3)
    torch.testing.assert_close(found, term.to_exemplars(features, features[:2]))


def test_without_a_background_the_answers_say_so(support: Support) -> None:
    judge = Judge.of(support, AboveBackground(), 0.5, lambda _: [])
    assert judge.note == NO_BACKGROUND
    assert judge.measured is judge.support


def test_shipped_features_are_those_of_the_packaged_encoder() -> None:
    engine = Engine(trained_named("skelshot-base"), MatchOptions(raw="none"), "skelshot-base")
    movements = packaged_movements()
    assert movements.fingerprint == engine.fingerprint
    assert engine.encoder is not None
    made = engine.encoder.read(movements.sequences[:3])
    torch.testing.assert_close(made, movements.features[:3], rtol=0, atol=0.01)


def test_other_readouts_and_joints_are_read_once() -> None:
    engine = Engine(trained_named("skelshot-base"), MatchOptions(readout="pooled"), "b")
    clip = SkeletonSequence(np.zeros((1, 2, 17, 3), np.float32), np.ones((1, 2), bool), COCO_17)
    terms = engine.terms([clip])
    first, again = engine.background(terms), engine.background(terms)
    assert first is not None
    assert again is not None
    assert [len(one) for one in first] == [len(packaged_movements().sequences)] * 2
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_movements_travel_through_a_file(tmp_path: Path) -> None:
    joints = np.random.default_rng(0).normal(size=(2, 50, 20, 3)).astype(np.float32)
    there = np.ones((2, 50), bool)
    there[0, :7] = False
    short = short_movement(SkeletonSequence(joints, there, KINECT_V1))
    write_movements(tmp_path / "b.safetensors", [short, short], torch.ones(2, 3), "f")
    read = read_movements(tmp_path / "b.safetensors")
    assert (read.fingerprint, read.features.tolist()) == ("f", [[1.0] * 3] * 2)
    np.testing.assert_array_equal(read.sequences[1].joints, short.joints)


@pytest.mark.parametrize("content", [b"", b"\x08\0\0\0\0\0\0\0{}      "])
def test_files_that_are_no_background_are_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.safetensors"
    file.write_bytes(content)
    with pytest.raises(SkelshotError, match=r"b\.safetensors") as told:
        read_movements(file)
    assert "\n" not in str(told.value)
