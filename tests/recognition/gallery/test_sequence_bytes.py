"""Whole sequences as bytes: bit for bit the same again, and nothing else is read."""

import json
from contextlib import suppress
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import save

from skelshot.ground import SkelshotError
from skelshot.recognition.enrolled import ARRAYS, digest_of
from skelshot.recognition.gallery import sequence_bytes
from skelshot.recognition.gallery.sequence_bytes import sequence_from_bytes, sequence_to_bytes
from skelshot.skeletons import KINECT_V1, LAYOUTS, SkeletonSequence
from skelshot.skeletons.layout_reading import layout_mapping, read_layout

NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
LAYOUT = layout_mapping(KINECT_V1)


@st.composite
def own_layouts(draw):
    """A tree of joints with any names."""
    joints = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    bones = [[child, draw(st.integers(0, child - 1))] for child in range(1, len(joints))]
    return read_layout({"name": draw(NAMES), "joints": joints, "bones": bones}).layout


@st.composite
def sequences(draw):
    """Any clip there can be: any layout, persons, frames, numbers and what goes with them."""
    layout = draw(st.one_of(st.sampled_from(LAYOUTS), own_layouts()))
    m, t, c = draw(st.integers(0, 3)), draw(st.integers(0, 5)), draw(st.sampled_from([2, 3]))
    v = layout.num_joints
    numbers = st.floats(width=32)  # infinite and not a number, too

    def perhaps(shape, dtype, elements):
        return draw(st.one_of(st.none(), arrays(dtype, shape, elements=elements)))

    return SkeletonSequence(
        joints=draw(arrays(np.float32, (m, t, v, c), elements=numbers)),
        present=draw(arrays(bool, (m, t))),
        layout=layout,
        frame_index=perhaps((t,), np.int64, st.integers(-(2**63), 2**63 - 1)),
        confidence=perhaps((m, t, v), np.float32, numbers),
        pixels=perhaps((m, t, v, 2), np.float32, numbers),
        picture_size=draw(st.one_of(st.none(), st.tuples(st.integers(1, 9), st.integers(1, 9)))),
        rate=draw(st.one_of(st.none(), st.floats(0.1, 1e4))),
    )


def same(one: SkeletonSequence, other: SkeletonSequence) -> bool:
    """Compare bits, so that one NaN is equal to itself and to no other."""
    assert {field.name for field in fields(one)} == {*ARRAYS, "layout", "picture_size", "rate"}
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(other, name)
        if (a is None) != (b is None):
            return False
        if a is not None and (a.dtype, a.shape, a.tobytes()) != (b.dtype, b.shape, b.tobytes()):
            return False
    words = ("layout", "picture_size", "rate")
    return all(getattr(one, name) == getattr(other, name) for name in words)


@settings(deadline=None, max_examples=60)
@given(sequences())
def test_a_clip_comes_back_bit_for_bit(sequence):
    content = sequence_to_bytes(sequence)
    again = sequence_from_bytes(content, "clip")
    assert same(sequence, again)
    assert sequence_to_bytes(again) == content
    assert digest_of(again) == digest_of(sequence)


def test_arrays_that_are_views_are_written_as_they_read() -> None:
    joints = np.arange(2 * 4 * 20 * 3, dtype=np.float32).reshape(3, 20, 4, 2).T
    sequence = SkeletonSequence(joints, np.ones((4, 2), bool).T, KINECT_V1)
    assert same(sequence, sequence_from_bytes(sequence_to_bytes(sequence), "clip"))


def test_digests_tell_movements_apart(tiny_sequence: SkeletonSequence) -> None:
    moved = tiny_sequence.joints.copy()
    moved[0, 5, 3, 1] = np.nextafter(moved[0, 5, 3, 1], 9, dtype=np.float32)
    changed = [
        SkeletonSequence(moved, tiny_sequence.present, KINECT_V1),
        SkeletonSequence(tiny_sequence.joints, ~tiny_sequence.present, KINECT_V1),
        SkeletonSequence(
            tiny_sequence.joints, tiny_sequence.present, KINECT_V1, confidence=moved[..., 0]
        ),
        SkeletonSequence(tiny_sequence.joints, tiny_sequence.present, KINECT_V1, rate=30.0),
    ]
    assert len({digest_of(clip) for clip in (tiny_sequence, *changed)}) == 5


def test_only_what_can_be_kept_is_written(
    tiny_sequence: SkeletonSequence, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = SkeletonSequence(tiny_sequence.joints.astype(float), tiny_sequence.present, KINECT_V1)
    with pytest.raises(SkelshotError, match="joints: found numbers of float64, expected float32"):
        sequence_to_bytes(double)
    monkeypatch.setattr(sequence_bytes, "MOST_BYTES", (1 << 20) + 1000)
    with pytest.raises(SkelshotError, match=r"12 frames of 2892 bytes.*cut the clip"):
        sequence_to_bytes(tiny_sequence)


def about(**changes: object) -> dict[str, str]:
    whole = {"layout": json.dumps(LAYOUT), "picture_size": None, "rate": None}
    return {"clip": json.dumps({**whole, **changes})}


def clip(**changes: np.ndarray) -> dict[str, np.ndarray]:
    return {"joints": np.ones((1, 2, 20, 3), "f4"), "present": np.ones((1, 2), bool)} | changes


WHOLE = save(clip(), about())
HOSTILE = {
    "empty": (b"", "header of 0 bytes"),
    "text": (b"a clip? never seen one", "found a header of"),
    "cut": (WHOLE[:-1], "damaged or no clip"),
    "cut header": (WHOLE[:100], "found a header of"),
    "longer": (WHOLE + b"x", "damaged or no clip"),
    "huge header": ((2**63).to_bytes(8, "little") + b"{}", "found a header of"),
    "deep header": ((4000).to_bytes(8, "little") + b"[" * 4000, "nested too deeply|not valid"),
    "no notes": (save(clip()), "no clip, expected its layout"),
    "other notes": (save(clip(), {"clip": "[]"}), "no clip, expected its layout"),
    "no joints": (save({"present": np.ones((1, 2), bool)}, about()), "found no array 'joints'"),
    "other array": (save(clip(code=np.ones(3)), about()), "the array 'code' of float64, unknown"),
    "other type": (save(clip(joints=np.ones((1, 2, 20, 3))), about()), "'joints' of float64"),
    "other shape": (save(clip(joints=np.ones((1, 2, 9, 3), "f4")), about()), "joints: found shape"),
    "layout of one joint": (
        save(clip(), about(layout=json.dumps({**LAYOUT, "joints": ["hip"]}))),
        "joints: found",
    ),
    "layout in a list": (save(clip(), about(layout=[])), "layout: found no text"),
    "picture of text": (save(clip(), about(picture_size="big")), "picture_size: found 'big'"),
    "picture without end": (save(clip(), about(picture_size=[1, 2**40])), "picture_size: found"),
    "no rate": (save(clip(), about(rate=0)), "rate: found 0"),
    "a true rate": (save(clip(), about(rate=True)), "rate: found True"),
    "an endless rate": (save(clip(), about(rate=float("inf"))), "rate: found inf frames"),
    "a rate that is none": (save(clip(), about(rate=float("nan"))), "rate: found nan"),
}


def test_what_the_table_changes_is_a_clip() -> None:
    assert sequence_from_bytes(WHOLE, "clip").frames == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_one_line(name: str) -> None:
    content, told = HOSTILE[name]
    with pytest.raises(SkelshotError, match=told) as caught:
        sequence_from_bytes(content, "clips/1")
    assert str(caught.value).startswith("clips/1")


@settings(deadline=None, max_examples=100)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_a_clip_or_one_line(at, change):
    content = bytearray(WHOLE)
    content[at] ^= change
    with suppress(SkelshotError):
        sequence_from_bytes(bytes(content), "clip")
