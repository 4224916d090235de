"""The fast parser against a slow, literal one, on real files whole and mutated."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.ntu.parse import parse_skeleton
from skelshot.ground import SkelshotError


def literal(text):
    """What a file says, read the slow way: {id: [(frame, joints, colour, states)]}."""
    lines = iter(re.sub(rb"\r?\n\s*\Z", b"", text).decode().replace("\r\n", "\n").split("\n"))
    bodies = {}
    for frame in range(frames := int(next(lines))):
        for _ in range(int(next(lines))):
            fields, joints = next(lines).split(), int(next(lines))
            assert (len(fields), joints) == (10, 25)
            rows = [next(lines).split() for _ in range(25)]
            assert {len(row) for row in rows} == {12}
            with np.errstate(over="ignore"):
                numbers = np.array([[float(x) for x in row] for row in rows]).astype(np.float32)
            bodies.setdefault(int(fields[0]), []).append((frame, numbers))
    assert next(lines, None) is None
    return frames, bodies


def assert_as_literal(text):
    clip, (frames, bodies) = parse_skeleton(text), literal(text)
    assert clip.frames == frames
    assert [found.body_id for found in clip.bodies] == list(bodies)
    for found in clip.bodies:
        wanted = bodies[found.body_id]
        assert found.frame_index.tolist() == [frame for frame, _ in wanted]
        numbers = np.stack([numbers for _, numbers in wanted])
        for array, columns in ((found.joints, [0, 1, 2]), (found.colour, [5, 6])):
            assert array.dtype == np.float32
            assert array.flags.c_contiguous
            assert array.tobytes() == numbers[:, :, columns].tobytes()
        np.testing.assert_array_equal(found.states, numbers[:, :, 11])


class Samples(list):
    """The real files' texts; long, so no report shall show them."""

    def __repr__(self):
        return "the samples"


@pytest.fixture(scope="module")
def samples(real_data_dir):
    folder = real_data_dir / "ntu-samples"
    if not folder.is_dir():
        pytest.skip(f"no NTU samples in {real_data_dir}")
    return Samples(path.read_bytes() for path in sorted(folder.glob("*.skeleton")))


def test_real_files_are_read_to_the_last_bit(samples):
    assert len(samples) == 8
    for text in samples:
        assert_as_literal(text)


def test_real_files_survive_windows_line_ends_and_blanks(samples):
    text = samples[4]
    assert_as_literal(text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert_as_literal(text.replace(b"\r\n", b"\n").rstrip())
    assert_as_literal(text + b"\n \r\n\n")
    spaced = text.replace(b" ", b" \t ").replace(b"\n", b"  \n  ")
    wanted = parse_skeleton(text).bodies[0]
    found = parse_skeleton(spaced).bodies[0]
    np.testing.assert_array_equal(found.joints, wanted.joints)


ALPHABET = st.sampled_from([*b"0123456789.-+e \n\r\tnaif#x", 0, 255])


@st.composite
def mutations(draw):
    """What to do to a file: a few changes, each at a place given as a fraction."""
    kind = st.sampled_from(["flip", "delete", "insert", "cut", "swap", "double", "drop"])
    return draw(
        st.lists(
            st.tuples(kind, st.floats(0, 1, exclude_max=True), ALPHABET, st.integers(1, 40)),
            min_size=1,
            max_size=4,
        )
    )


def mutated(text, changes):
    for kind, fraction, byte, count in changes:
        at = int(fraction * max(len(text), 1))
        if kind == "flip":
            text = text[:at] + bytes([byte]) + text[at + 1 :]
        elif kind == "delete":
            text = text[:at] + text[at + count :]
        elif kind == "insert":
            text = text[:at] + bytes([byte]) * (count % 3 + 1) + text[at:]
        elif kind == "cut":
            text = text[:at]
        else:
            lines = text.split(b"\n")
            one, other = (
                int(fraction * len(lines)),
                (int(fraction * len(lines)) + count) % len(lines),
            )
            if kind == "swap":
                lines[one], lines[other] = lines[other], lines[one]
            elif kind == "double":
                lines.insert(one, lines[other])
            else:
                del lines[one]
            text = b"\n".join(lines)
    return text


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 7), frames=st.integers(1, 3), changes=mutations())
def test_mutated_real_files_are_read_as_they_are_or_refused_in_one_line(
    samples, number, frames, changes
):
    lines = samples[number].split(b"\n")
    end = 1
    for _ in range(frames):
        end += 1 + 27 * int(lines[end])
    text = mutated(b"\n".join([b"%d" % frames, *lines[1:end], b""]), changes)
    try:
        parse_skeleton(text)
    except SkelshotError as error:
        assert error.line is not None  # noqa: PT017
        assert 1 <= error.line <= text.count(b"\n") + 1  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert_as_literal(text)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 7), changes=mutations())
def test_mutated_whole_files_are_read_or_refused(samples, number, changes):
    try:
        parse_skeleton(mutated(samples[number], changes))
    except SkelshotError as error:
        assert error.line is not None  # noqa: PT017
