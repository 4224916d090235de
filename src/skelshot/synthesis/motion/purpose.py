"""The ground truth for explanations: which joints move with purpose in which frames."""

import numpy as np

from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.channels import shares_of
from skelshot.synthesis.motion.direction import Score
from skelshot.synthesis.motion.timeline import Beat
from skelshot.synthesis.performance import Array, BoolArray, Performer

OFF_REST = 0.01
"""Share of a movement after which a channel has left its rest."""

_LEGS = tuple(f"{side} {part}" for side in ("left", "right") for part in ("knee", "ankle", "foot"))

JOINTS: dict[str, tuple[str, ...]] = {
    "hand": ("SIDE elbow", "SIDE wrist", "SIDE hand", "SIDE hand tip", "SIDE thumb"),
    "elbow": ("SIDE elbow", "SIDE wrist"),
    "fingers": ("SIDE hand tip", "SIDE thumb"),
    "palm": ("SIDE hand", "SIDE hand tip", "SIDE thumb"),
    "foot": ("SIDE knee", "SIDE ankle", "SIDE foot"),
    "pelvis": ("spine base", "left hip", "right hip", "left knee", "right knee"),
    "trunk": ("spine mid", "spine shoulder", "neck", "head", "left shoulder", "right shoulder"),
    "head": ("neck", "head"),
    "gaze": ("head",),
    "shoulders": ("left shoulder", "right shoulder"),
    "travel": ("spine base", "left hip", "right hip", *_LEGS),
}
"""The joints that a channel moves; SIDE is the limb's."""


def purpose_of(
    score: Score, beats: list[Beat], profiles: Array, times: Array, who: Performer
) -> BoolArray:
    """Mark the joints of channels that are off their start goal, or shake, walk or jump.

    Args:
        score: What the person does.
        beats: Their beats.
        profiles: How far each beat has come (beats, T).
        times: Moments (T,) in the program's time.
        who: The person.

    Returns:
        (T, 25): from leaving rest to being back, or to the end of the last beat.
    """
    marks = np.zeros((len(times), len(KINECT_V2.joints)), dtype=bool)
    going = (times > 0) & (times < max((beat.end for beat in beats), default=0.0))
    for channel, told in score.busy.items():
        if not any(away for _, away in told):
            continue
        shares = shares_of([beat for beat, _ in told], profiles)
        off = np.zeros(len(times))
        for (_, away), share in zip(told, shares, strict=True):
            off += share * away
        _mark(marks, channel, (off > OFF_REST) & going, who)
    for swing in score.swings:
        if np.any(swing.size):
            _mark(marks, swing.channel, (times > swing.begin) & (times < swing.end), who)
    for begin, end in [
        *((travel.begin, travel.end) for travel in score.travels),
        *((begin, begin + take) for begin, take, _, _ in score.jumps),
    ]:
        _mark(marks, "travel", (times > begin) & (times < end), who)
    return marks


def _mark(marks: BoolArray, channel: str, when: BoolArray, who: Performer) -> None:
    side, _, part = channel.rpartition(" ")
    name = "left" if (side == "main") == who.left_handed else "right"
    joints = [KINECT_V2.joints.index(joint.replace("SIDE", name)) for joint in JOINTS[part]]
    marks[:, joints] |= when[:, None]
