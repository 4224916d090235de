"""The writer against a slow one, against the reader, and against the original files' look."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.ntu.parse import parse_skeleton
from skelshot.ground import SkelshotError
from skelshot.synthesis.performance import Array, Performance
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.number_text import WIDEST, put_integer, put_number
from skelshot.synthesis.sensing.sensed import SensedClip
from skelshot.synthesis.sensing.sensor import sense
from skelshot.synthesis.sensing.skeleton_file import skeleton_text


def written(number: float) -> str:
    text = np.zeros(WIDEST, np.uint8)
    return text[: put_number(number, text, 0)].tobytes().decode()


def literal(number: float) -> str:
    return f"{np.float32(number):.7G}" if number else "0"


def test_numbers_are_written_as_seven_digits() -> None:
    for number in (
        0.2181153,
        1036.233,
        3.785547,
        -0.02998,
        1.0,
        -250.0,
        0.0001,
        9.0e-05,
        12345678.0,
    ):
        assert written(float(np.float32(number))) == literal(number)
    assert written(0.0) == written(-0.0) == "0"
    assert written(float(np.float32(-9.276937e-05))) == "-9.276937E-05"
    assert written(float("nan")) == written(float("inf")) == "NaN"


def test_numbers_of_all_sizes_equal_printf() -> None:
    rng = np.random.default_rng(0)
    numbers = np.float32(rng.normal(size=20_000) * 10.0 ** rng.integers(-9, 9, 20_000))
    assert [written(float(n)) for n in numbers] == [literal(n) for n in numbers]


def test_integers() -> None:
    text = np.zeros(18, np.uint8)
    for number in (0, 7, 25, 72057594037931101, 10**17):
        assert text[: put_integer(number, text, 0)].tobytes() == str(number).encode()


def slowly_written(clip: SensedClip) -> bytes:
    """The same file, one line after another."""
    lines = [str(clip.frames)]
    for frame in range(clip.frames):
        there = [body for body in clip.bodies if frame in body.frame_index]
        lines.append(str(len(there)))
        for body in there:
            row = int(np.flatnonzero(body.frame_index == frame)[0])
            fields = " ".join(literal(number) for number in body.fields[row])
            lines += [f"{body.body_id} {fields}", "25"]
            for joint in range(25):
                numbers = [
                    *body.joints[row, joint],
                    *body.depth[row, joint],
                    *body.colour[row, joint],
                    *body.orientations[row, joint],
                ]
                text = " ".join(literal(number) for number in numbers)
                lines.append(f"{text} {body.states[row, joint]}")
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def clip(figure: Callable[..., Array], performed: Callable[..., Performance]) -> SensedClip:
    two = performed(figure(30, 135, (-0.5, 0.4)), figure(30, -45, (0.5, -0.4)))
    whole = sense(two, kinect(1, 1), np.random.default_rng(0))
    body = whole.bodies[0]
    keep = np.r_[0:5, 9 : len(body.frame_index)]
    gap = replace(
        body,
        frame_index=body.frame_index[keep],
        joints=body.joints[keep],
        depth=body.depth[keep],
        colour=body.colour[keep],
        orientations=body.orientations[keep],
        states=body.states[keep],
        fields=body.fields[keep],
    )
    return replace(whole, bodies=(gap, *whole.bodies[1:]))


def test_text_equals_the_slow_writer(clip: SensedClip) -> None:
    assert skeleton_text(clip) == slowly_written(clip)


def test_the_reader_gives_back_what_was_written(clip: SensedClip) -> None:
    raw = parse_skeleton(skeleton_text(clip))
    assert raw.frames == clip.frames
    bodies = {body.body_id: body for body in clip.bodies}
    assert {body.body_id for body in raw.bodies} == set(bodies)
    for read in raw.bodies:
        body = bodies[read.body_id]
        np.testing.assert_array_equal(read.frame_index, body.frame_index)
        np.testing.assert_allclose(read.joints, body.joints, atol=1e-6)
        np.testing.assert_allclose(read.colour, body.colour, atol=6e-4)
        np.testing.assert_array_equal(read.states, body.states)


def test_empty_frames_and_clips() -> None:
    assert skeleton_text(SensedClip(3, (), 1)) == b"3\n0\n0\n0\n"


def test_frames_out_of_order_are_refused(clip: SensedClip) -> None:
    body = clip.bodies[0]
    wrong = replace(body, frame_index=body.frame_index[::-1])
    with pytest.raises(SkelshotError, match="not rising"):
        skeleton_text(replace(clip, bodies=(wrong,)))


def shape_of(text: str) -> set[str]:
    """The kinds of lines in a file: numbers of fields, and which of them are whole or zero."""
    return {re.sub(r"-?\d+\.\d+(E-\d\d)?", "f", line) for line in text.splitlines() if " " in line}


def test_lines_look_like_those_of_the_original_files(clip: SensedClip, real_data_dir: Path) -> None:
    file = real_data_dir / "ntu-samples" / "S001C001P001R001A050.skeleton"
    if not file.is_file():
        pytest.skip("no NTU samples")
    text = skeleton_text(clip).decode()
    joints = {line for line in shape_of(text) if line.count(" ") == 11}
    assert joints <= shape_of(file.read_text()) | {"f f f f f f f 0 0 0 0 1"}
    body = re.compile(r"7205759403793\d{4} \d \d \d \d \d 0 f f 2")
    assert all(body.fullmatch(line) for line in shape_of(text) if line.count(" ") == 9)
    assert text.endswith("\n")
