"""Following: who did what from when to when, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.recognition.streams import ActionEvent, Follower, Frame, StreamOptions, follow
from skelshot.skeletons import KINECT_V2

SCENE = [("idle", 2.0), ("wave", 1.5), ("idle", 1.5), ("kick", 1.3), ("idle", 2.0)]


def told(events: list[ActionEvent]) -> list[tuple[str, str]]:
    return [(event.person, event.label) for event in events]


def test_what_is_done_is_told_with_its_start_and_end(stage: Any) -> None:
    events = list(follow(stage.recognizer(), stage.frames(SCENE)))
    assert told(events) == [("a", "wave"), ("a", "kick")]
    wave, kick = events
    assert wave.start == pytest.approx(2.0, abs=0.4)
    assert wave.end == pytest.approx(3.5, abs=0.4)
    assert kick.start == pytest.approx(5.0, abs=0.4)
    assert kick.end == pytest.approx(6.3, abs=0.4)
    assert wave.nearest in ("wave 1", "wave 2")
    assert all(event.end <= event.told <= event.end + 2 for event in events)


@pytest.mark.parametrize(
    "scene",
    [
        [("idle", 20.0)],
        [("strange", 2.0)] * 8,
        [("idle", 3.0), ("strange", 1.5), ("idle", 3.0), ("strange", 3.0)],
    ],
)
def test_idle_people_and_unknown_movement_give_no_event(stage: Any, scene: Any) -> None:
    follower = Follower(stage.recognizer())
    events = [event for frame in stage.frames(scene) for event in follower.push(frame)]
    assert events + follower.end() == []
    assert follower.hops > 20


def test_nobody_idle_is_asked_about(stage: Any) -> None:
    recognizer = stage.recognizer()
    follower = Follower(recognizer)
    for frame in stage.frames([("idle", 10.0)]):
        follower.push(frame)
    assert recognizer.asked == []
    assert follower.status == {"a": "not moving"}


def test_windows_across_two_movements_do_not_fire(stage: Any) -> None:
    scene = [("strange", 2.0), ("wave", 1.5), ("kick", 1.25), ("strange", 2.0)]
    events = list(follow(stage.recognizer(), stage.frames(scene)))
    assert told(events) == [("a", "wave"), ("a", "kick")]
    assert events[0].end <= events[1].start


def test_repetitions_are_events_of_their_own(stage: Any) -> None:
    frames = stage.frames([("idle", 1.0), *[("wave", 1.5)] * 3, ("idle", 2.0)])
    events = list(follow(stage.recognizer(), frames))
    assert told(events) == [("a", "wave")] * 3
    assert [event.start for event in events] == pytest.approx([1.0, 2.5, 4.0], abs=0.4)


@pytest.mark.parametrize("ids", [True, False])
def test_several_people_are_kept_apart(stage: Any, ids: bool) -> None:
    idle = [("idle", 8.3)]
    other = [("idle", 3.5), ("kick", 1.3), ("idle", 3.5)]
    recognizer = stage.recognizer()
    events = list(follow(recognizer, stage.frames(SCENE, idle, other, ids=ids)))
    names = "abc" if ids else "123"
    assert sorted(told(events)) == sorted(
        [(names[0], "wave"), (names[0], "kick"), (names[2], "kick")]
    )
    assert max(recognizer.asked) > 3  # one batch for all people and lengths


def test_the_same_frames_give_the_same_events_once_more(stage: Any) -> None:
    frames = stage.frames(SCENE)
    assert list(follow(stage.recognizer(), frames)) == list(follow(stage.recognizer(), frames))


def test_an_early_end_tells_what_is_open(stage: Any) -> None:
    frames = stage.frames(SCENE)[: round(3.5 * stage.rate)]
    follower = Follower(stage.recognizer())
    assert [event for frame in frames for event in follower.push(frame)] == []
    assert told(follower.end()) == [("a", "wave")]
    assert follower.end() == []


@pytest.mark.parametrize("error", [SkelshotError("it broke"), OSError("it broke")])
def test_a_source_that_breaks_off_tells_what_is_open(stage: Any, error: Exception) -> None:
    def breaking() -> Iterator[Frame]:
        yield from stage.frames(SCENE)[: round(3.5 * stage.rate)]
        raise error

    events: list[ActionEvent] = []
    with pytest.raises(type(error), match="it broke"):
        events.extend(follow(stage.recognizer(), breaking()))
    assert told(events) == [("a", "wave")]


def test_what_is_enrolled_meanwhile_is_told(stage: Any) -> None:
    recognizer = stage.recognizer()
    frames = stage.frames(SCENE, [("idle", 8.3)])
    every = recognizer.exemplars
    recognizer.exemplars = [one for one in every if one.action == "kick"]
    follower = Follower(recognizer)
    before, events = follower.lengths, []
    for frame in frames:
        if frame.time >= 1.0:
            recognizer.exemplars = every
        events += follower.push(frame)
    assert told(events + follower.end()) == [("a", "wave"), ("a", "kick")]
    assert follower.lengths[-1] > before[-1]
    assert follower.lengths == Follower(recognizer).lengths


def test_what_is_forgotten_meanwhile_is_told_no_more(stage: Any) -> None:
    recognizer = stage.recognizer()
    follower = Follower(recognizer)
    frames = stage.frames(SCENE)
    recognizer.exemplars = [one for one in recognizer.exemplars if one.action == "kick"]
    events = [event for frame in frames for event in follower.push(frame)]
    assert told(events + follower.end()) == [("a", "kick")]
    recognizer.exemplars = []
    with pytest.raises(SkelshotError, match="nothing enrolled"):
        [follower.push(replace(frame, time=frame.time + 20)) for frame in frames]
    assert follower.end() == []


@pytest.mark.parametrize(
    ("action", "seconds"),
    [("wave", 1.2), ("wave", 1.35), ("wave", 1.5), ("wave", 1.8), ("kick", 1.0), ("kick", 1.2)],
)
@pytest.mark.parametrize("ids", [True, False])
def test_a_recording_that_is_one_movement_is_one_event(
    stage: Any, action: str, seconds: float, ids: bool
) -> None:
    """So few windows fit in it that these alone would not agree."""
    frames = stage.frames([(action, seconds)], [("idle", seconds)], ids=ids)
    follower = Follower(stage.recognizer())
    events = [event for frame in frames for event in follower.push(frame)] + follower.end()
    assert told(events) == [("a" if ids else "1", action)]
    assert events[0].end - events[0].start > 0.7 * seconds
    assert follower.remark is None
    assert follower.end() == []
    again = [replace(frame, time=frame.time - 9) for frame in frames]  # the clock set back
    events += [event for frame in again for event in follower.push(frame)] + follower.end()
    assert [label for _, label in told(events)] == [action] * 2


@pytest.mark.parametrize("action", ["idle", "strange"])
def test_a_short_recording_of_something_else_gives_no_event(stage: Any, action: str) -> None:
    assert list(follow(stage.recognizer(), stage.frames([(action, 1.3)]))) == []


def test_a_recording_that_is_too_short_is_said(stage: Any) -> None:
    follower = Follower(stage.recognizer())
    for frame in stage.frames([("wave", 0.6)]):
        follower.push(frame)
    assert follower.remark is None
    assert follower.end() == []
    assert follower.remark is not None
    assert follower.remark.startswith("the recording lasts 0.57 s, expected at least 0.77 s")


def test_repeated_and_late_frames_change_nothing(stage: Any) -> None:
    frames = stage.frames(SCENE)
    twice = [again for frame in frames for again in (frame, frame)]
    late = [frame for n, frame in enumerate(frames) for frame in (frame, frames[max(0, n - 3)])]
    once = list(follow(stage.recognizer(), frames))
    follower = Follower(stage.recognizer())
    again = [event for frame in twice for event in follower.push(frame)] + follower.end()
    assert again == once
    assert follower.clock["repeated"] == len(frames)
    assert list(follow(stage.recognizer(), late)) == once


def test_a_clock_that_is_set_back_begins_a_new_recording(stage: Any) -> None:
    frames = stage.frames(SCENE)
    follower = Follower(stage.recognizer())
    events = [event for frame in frames + frames for event in follower.push(frame)]
    events += follower.end()
    assert told(events) == [("a", "wave"), ("a", "kick")] * 2
    assert [event.recording for event in events] == [1, 1, 2, 2]
    assert follower.clock["restarts"] == 1


def test_no_window_reaches_across_a_break(stage: Any) -> None:
    frames = stage.frames(SCENE)
    middle = round(2.75 * stage.rate)  # in the middle of the wave
    later = [replace(frame, time=frame.time + 5) for frame in frames[middle:]]
    events = list(follow(stage.recognizer(), frames[:middle] + later))
    assert told(events) == [("a", "kick")]


def test_missing_joints_are_filled_and_absent_people_wait_for(stage: Any) -> None:
    rng = np.random.default_rng(0)
    frames = []
    for number, frame in enumerate(stage.frames(SCENE)):
        joints = frame.joints.copy()
        joints[:, rng.random(20) < 0.2] = np.nan
        if number % 10 == 0:  # nobody is seen
            joints[:] = np.nan
        frames.append(replace(frame, joints=joints))
    assert told(list(follow(stage.recognizer(), frames))) == [("a", "wave"), ("a", "kick")]


def test_nobody_there_is_no_fault(stage: Any) -> None:
    empty = [
        replace(frame, joints=frame.joints[:0], ids=()) for frame in stage.frames([("idle", 3.0)])
    ]
    assert list(follow(stage.recognizer(), empty)) == []


def test_mostly_unseen_people_are_told(stage: Any) -> None:
    follower = Follower(stage.recognizer())
    for frame in stage.frames([("wave", 3.0)]):
        joints = frame.joints.copy()
        joints[:, 3:] = np.nan
        follower.push(replace(frame, joints=joints))
    assert follower.status == {"a": "joints missing"}
    assert follower.skipped["joints missing"] > 5


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"hop": 0.01}, "hop: found 0.01 s, expected at least the 0.0333"),
        ({"gap": 0.02}, "gap: found 0.02 s"),
        ({"lengths": (0.05, 1.0)}, "lengths: found 0.05 s, expected at least 4 frames"),
    ],
)
def test_durations_below_a_frame_are_refused(stage: Any, options: Any, expected: str) -> None:
    with pytest.raises(SkelshotError, match=expected):
        list(follow(stage.recognizer(), stage.frames(SCENE), StreamOptions(**options)))


def test_milliseconds_are_refused(stage: Any) -> None:
    frames = [replace(frame, time=1000 * frame.time) for frame in stage.frames(SCENE)]
    with pytest.raises(SkelshotError, match="divide milliseconds by 1000"):
        list(follow(stage.recognizer(), frames))


def test_another_layout_is_refused(stage: Any) -> None:
    first, second, *_ = stage.frames(SCENE)
    other = replace(second, joints=np.zeros((1, 25, 3), np.float32), layout=KINECT_V2)
    with pytest.raises(SkelshotError, match="layout: found a frame of 'kinect-v2'"):
        list(follow(stage.recognizer(), [first, other]))


def test_another_number_of_coordinates_is_refused(stage: Any) -> None:
    first, second, *_ = stage.frames(SCENE)
    flat = replace(second, joints=second.joints[..., :2])
    with pytest.raises(SkelshotError, match="joints: found 2 coordinates each, expected 3"):
        list(follow(stage.recognizer(), [first, flat]))
    unseen = replace(flat, joints=np.full_like(flat.joints, np.nan))
    assert list(follow(stage.recognizer(), [unseen, first, unseen])) == []


def test_nothing_enrolled_is_refused(stage: Any) -> None:
    recognizer = replace(stage.recognizer(), exemplars=[])
    with pytest.raises(SkelshotError, match="nothing enrolled"):
        Follower(recognizer)


def test_uneven_frames_give_the_same_events(stage: Any) -> None:
    rng = np.random.default_rng(1)
    frames = [frame for frame in stage.frames(SCENE) if rng.random() > 0.25]
    assert told(list(follow(stage.recognizer(), frames))) == [("a", "wave"), ("a", "kick")]
