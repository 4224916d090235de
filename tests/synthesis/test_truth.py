"""Truth files: what goes in comes out, small, and nonsense is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.synthesis.performance import Array, ObjectTrack, Performance
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.sensing.sensor_model import standard_sensor
from skelshot.synthesis.truth import Truth, read_truth, runs_of, truth_of, truth_path, write_truth


@pytest.fixture
def truth_and_performance(
    figure: Callable[..., Array], performed: Callable[..., Performance]
) -> tuple[Truth, Performance]:
    two = performed(figure(90, 135, (-0.5, 0)), figure(90, -45, (0.5, 0)))
    cup = ObjectTrack("cup", "cup", np.zeros((90, 3)), np.zeros((90, 3, 3)), np.ones(90, bool))
    with_cup = Performance(two.joints, two.purpose, two.performers, (cup,))
    worst = {"new_id_share": 1.0, "ghost_share": 1.0}
    model = standard_sensor().model_copy(update=worst)
    clip = sense(with_cup, kinect(1, 1), np.random.default_rng(0), model)
    return truth_of("S001C001P001R001A050", with_cup, clip), with_cup


def test_a_truth_file_gives_back_what_was_written(
    truth_and_performance: tuple[Truth, Performance], tmp_path: Path
) -> None:
    truth, performance = truth_and_performance
    path = truth_path(tmp_path / "S001C001P001R001A050.skeleton")
    write_truth(path, truth)
    read = read_truth(path)
    assert read == truth
    np.testing.assert_array_equal(read.purpose(), performance.purpose)
    assert read.objects == ("cup",)
    assert [person.performer for person in read.persons] == [1, 2]
    assert path.stat().st_size < 1000
    assert path.name == "S001C001P001R001A050.truth.json"


def test_bodies_lead_to_persons_and_losses_are_told(
    truth_and_performance: tuple[Truth, Performance],
) -> None:
    truth, _ = truth_and_performance
    for index, person in enumerate(truth.persons):
        assert len(person.body_ids) == 2
        assert [truth.person_of(number) for number in person.body_ids] == [index, index]
        ((first, end),) = person.lost
        assert not truth.present()[index, first:end].any()
        assert truth.present()[index].sum() == 90 - (end - first)
    assert len(truth.false_bodies) == 1
    assert truth.person_of(truth.false_bodies[0]) is None


def test_runs_against_a_loop() -> None:
    flags = np.random.default_rng(0).random(200) < 0.5
    rebuilt = np.zeros(200, bool)
    for first, end in runs_of(flags):
        rebuilt[first:end] = True
        assert first == 0 or not flags[first - 1]
    np.testing.assert_array_equal(rebuilt, flags)
    assert runs_of(np.zeros(3, bool)) == ()


def test_nonsense_is_refused(
    truth_and_performance: tuple[Truth, Performance], tmp_path: Path
) -> None:
    path = tmp_path / "x.truth.json"
    good = truth_and_performance[0].model_dump(mode="json")

    def refused(pattern: str, **changes: object) -> None:
        path.write_text(json.dumps({**good, **changes}))
        with pytest.raises(SkelshotError, match=pattern):
            read_truth(path)

    refused("frames", frames=0)
    refused("persons 0: found frames .* expected a run within 0 to 50", frames=50)
    refused("body ids: found one twice", false_bodies=list(good["persons"][0]["body_ids"]))
    person = {**good["persons"][0], "purpose": [{"joints": [25], "runs": [[0, 1]]}]}
    refused(r"persons.0.purpose.0.joints.0", persons=[person])
    refused("persons", persons=[])
    refused("colour", colour="red")
    path.write_text("{")
    with pytest.raises(SkelshotError, match="not valid JSON"):
        read_truth(path)
    with pytest.raises(SkelshotError, match="cannot be read"):
        read_truth(tmp_path / "none.truth.json")
