"""BVH files: a skeleton of offsets and the turns of its joints, frame by frame."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import MAX_NUMBERS
from skelshot.ground.printable import printable

MOST_JOINTS = 1000
"""The most joints of a file; a body with all its fingers has about a hundred."""

MOST_PLACED = 2 * MAX_NUMBERS // 3
"""The most joints of all frames together: those of three channels, and as many ends of limbs."""

END = "End Site"
"""The name of a joint that ends a limb."""

_AT_ONCE = 1 << 18
"""Joints of all frames that are placed at a time, in some 30 MB."""

_CHANNELS = {
    f"{axis}{kind}": (kind, place)
    for kind in ("position", "rotation")
    for place, axis in enumerate("XYZ")
}
_KNOWN = {name.lower(): told for name, told in _CHANNELS.items()}


@dataclass(eq=False)
class BvhJoint:
    """One joint of a skeleton.

    Args:
        name: As the file has it, `End Site` for the end of a limb.
        parent: Its place among the joints; -1 for the root.
        offset: From its parent, (3,).
        channels: What each of its numbers of a frame is: `position` or `rotation`, and the axis.
    """

    name: str
    parent: int
    offset: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    channels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, eq=False)
class BvhFile:
    """A skeleton and its movement.

    Args:
        joints: Parents before children.
        numbers: A row a frame, (T, channels).
        seconds: From frame to frame.
    """

    joints: tuple[BvhJoint, ...]
    numbers: NDArray[np.float64]
    seconds: float

    def positions(self) -> NDArray[np.float64]:
        """Place the joints by forward kinematics.

        Returns:
            Joints (T, joints, 3) in the file's units and axes.
        """
        step = max(1, _AT_ONCE // len(self.joints))
        starts = range(0, len(self.numbers), step)
        return np.concatenate([self._placed(self.numbers[at : at + step]) for at in starts])

    def _placed(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Place the joints in some frames."""
        frames, column = len(numbers), 0
        places = np.zeros((frames, len(self.joints), 3))
        turns = np.zeros((len(self.joints), frames, 3, 3))
        for number, joint in enumerate(self.joints):
            moved = np.broadcast_to(joint.offset, (frames, 3)).copy()
            turn = np.broadcast_to(np.eye(3), (frames, 3, 3))
            for kind, axis in joint.channels:
                values = numbers[:, column]
                column += 1
                if kind == "position":
                    moved[:, axis] = values
                else:
                    turn = turn @ _turn(np.radians(values), axis)
            if joint.parent < 0:
                places[:, number], turns[number] = moved, turn
            else:
                before = turns[joint.parent]
                step = np.einsum("tij,tj->ti", before, moved)
                places[:, number] = places[:, joint.parent] + step
                turns[number] = before @ turn
        return places


def parse_bvh(text: str) -> BvhFile:
    r"""Read a BVH file.

    Args:
        text: All of it.

    Returns:
        Skeleton and movement.

    Raises:
        BadClip: It is no BVH file, or is cut short; names the line.

    Example:
        >>> file = parse_bvh(
        ...     "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 1 Zrotation\nEnd Site\n{\n"
        ...     "OFFSET 0 2 0\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.01\n90\n")
        >>> file.positions()[0, 1].round(6).tolist()
        [-2.0, 0.0, 0.0]
    """
    rows = _rows(text.splitlines())
    joints = _hierarchy(rows)
    frames = _header(rows, "Frames:")
    seconds = _header(rows, "Frame Time:")
    if frames != int(frames):
        raise BadClip(f"Frames: found {frames:g}, expected a whole number")
    if not 1e-5 <= seconds <= 100:
        raise BadClip(f"Frame Time: found {seconds:g} s, expected 0.00001 to 100")
    if frames * len(joints) > MOST_PLACED:
        raise BadClip(
            f"Frames: found {int(frames)} of {len(joints)} joints, expected at most {MOST_PLACED} "
            "joints together; cut the recording into clips"
        )
    numbers = _motion(rows, int(frames), sum(len(joint.channels) for joint in joints))
    return BvhFile(tuple(joints), numbers, seconds)


def parse_skeleton(text: str) -> list[BvhJoint]:
    r"""Read the skeleton of a BVH file alone.

    Args:
        text: All of it, or its beginning.

    Returns:
        The joints, parents before children.

    Raises:
        BadClip: It is no BVH file, or is cut short; names the line.

    Example:
        >>> joints = parse_skeleton("HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\n}\nMOTION\n")
        >>> [joint.name for joint in joints]
        ['Hips']
    """
    return _hierarchy(_rows(text.splitlines()))


Rows = Iterator[tuple[int, list[str]]]


def _rows(lines: list[str]) -> Rows:
    """Number the lines that hold anything, from 1, and part them into words."""
    parted = ((number, line.split()) for number, line in enumerate(lines, 1))
    return ((number, words) for number, words in parted if words)


def _hierarchy(rows: Rows) -> list[BvhJoint]:
    """Read the skeleton, up to the word MOTION."""
    number, words = next(rows, (1, ["nothing"]))
    if words != ["HIERARCHY"]:
        raise BadClip(f"line {number}: found {printable(' '.join(words), 40)}, expected HIERARCHY")
    joints: list[BvhJoint] = []
    above: list[int] = []
    opened = True  # the brace of the joint named last
    for number, words in rows:
        match [words[0].upper(), *words[1:]]:
            case ["MOTION"]:
                if above or not joints:
                    raise BadClip(f"line {number}: found MOTION, expected the skeleton to be whole")
                return joints
            case [("ROOT" | "JOINT" | "END") as kind, *name] if (
                opened and len(joints) < MOST_JOINTS
            ):
                parent = above[-1] if above else -1
                if (kind == "ROOT") != (not joints) or (parent < 0 and joints):
                    raise BadClip(
                        f"line {number}: found {kind}, expected one ROOT and joints in it"
                    )
                joints.append(BvhJoint(END if kind == "END" else " ".join(name), parent))
                opened = False
            case ["{"] if not opened:
                above.append(len(joints) - 1)
                opened = True
            case ["}"] if above and opened:
                above.pop()
            case ["OFFSET", *values] if above and len(values) == 3:
                joints[above[-1]].offset = _numbers(values, number)
            case ["CHANNELS", count, *names] if above and count == str(len(names)):
                joints[above[-1]].channels = tuple(_channel(name, number) for name in names)
            case _:
                raise BadClip(
                    f"line {number}: found {printable(' '.join(words), 60)!r}, expected a joint, "
                    f"OFFSET x y z, CHANNELS n names, or MOTION (at most {MOST_JOINTS} joints)",
                    number,
                )
    raise BadClip("found no MOTION; the file is cut short, fetch it again")


def _channel(name: str, line: int) -> tuple[str, int]:
    if name.lower() not in _KNOWN:
        raise BadClip(
            f"line {line}: found the channel {printable(name, 40)!r}, expected "
            f"{', '.join(_CHANNELS)}",
            line,
        )
    return _KNOWN[name.lower()]


def _header(rows: Rows, name: str) -> float:
    """Read a line such as `Frames: 120`."""
    number, words = next(rows, (0, []))
    wanted = name.split()
    if [word.lower() for word in words[:-1]] != [word.lower() for word in wanted]:
        raise BadClip(
            f"line {number}: found {printable(' '.join(words), 40)!r}, expected {name} and a number"
        )
    return float(_numbers(words[-1:], number)[0])


def _motion(rows: Rows, frames: int, channels: int) -> NDArray[np.float64]:
    if not 0 < frames * channels <= MAX_NUMBERS:
        raise BadClip(
            f"Frames: found {frames} of {channels} numbers, expected 1 to {MAX_NUMBERS} numbers"
        )
    found, read = array("d"), 0
    for number, words in rows:
        if len(words) != channels or read == frames:
            raise BadClip(
                f"line {number}: found {len(words)} numbers in row {read + 1}, expected "
                f"{frames} rows of {channels}",
                number,
            )
        found.extend(_numbers(words, number).tolist())
        read += 1
    if read < frames:
        raise BadClip(f"found {read} of {frames} frames; the file is cut short, fetch it again")
    return np.array(found).reshape(frames, channels)


def _numbers(words: list[str], line: int) -> NDArray[np.float64]:
    try:
        found = np.array([float(word) for word in words])
    except ValueError as error:
        raise BadClip(f"line {line}: {str(error)[:80]}, expected a number", line) from error
    if not np.isfinite(found).all():
        raise BadClip(f"line {line}: found a number that is not finite", line)
    return found


def _turn(angles: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return turns about an axis, (T, 3, 3)."""
    one, other = (axis + 1) % 3, (axis + 2) % 3
    turn = np.zeros((len(angles), 3, 3))
    turn[:, axis, axis] = 1
    turn[:, one, one] = turn[:, other, other] = np.cos(angles)
    turn[:, other, one] = np.sin(angles)
    turn[:, one, other] = -np.sin(angles)
    return turn
