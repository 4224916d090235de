import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.skeletons import (
    COCO_17,
    KINECT_V1,
    Augmentation,
    InputSpec,
    SkeletonLayout,
    SkeletonSequence,
    align_view,
    centre,
    encode_input,
    resize_time,
)

SPEC = InputSpec(layout="kinect-v1", frames=16, streams=("joint", "bone", "joint-motion"))
ANY = Augmentation(
    crop=(0.5, 1.0), mirror=0.5, scale=(0.8, 1.2), rotate_degrees=(5, 20, 5), jitter=0.01
)


def test_the_steps_are_taken_in_order(tiny_sequence: SkeletonSequence) -> None:
    joints, present = tiny_sequence.joints, tiny_sequence.present
    joints = align_view(centre(joints, present, KINECT_V1), present, KINECT_V1)
    joints = resize_time(joints, 16)
    encoded = encode_input(tiny_sequence, SPEC)
    assert encoded.shape == (SPEC.channels, 16, 20, 1) == (9, 16, 20, 1)
    assert encoded.dtype == np.float32
    assert encoded.flags.c_contiguous
    for axis in range(3):
        np.testing.assert_allclose(encoded[axis, :, :, 0], joints[0, :, :, axis], atol=1e-6)
        np.testing.assert_allclose(
            encoded[3 + axis, :, 5, 0], joints[0, :, 5, axis] - joints[0, :, 4, axis], atol=1e-6
        )
        np.testing.assert_allclose(
            encoded[6 + axis, :-1, :, 0], np.diff(joints[0, :, :, axis], axis=0), atol=1e-6
        )


def test_view_none_and_centre(tiny_sequence: SkeletonSequence) -> None:
    plain = InputSpec(layout="kinect-v1", frames=12, align="none")
    as_read = encode_input(tiny_sequence, plain)[..., 0].transpose(1, 2, 0)
    np.testing.assert_allclose(as_read, tiny_sequence.joints[0], atol=1e-6)
    centred = encode_input(tiny_sequence, plain.model_copy(update={"align": "root"}))
    np.testing.assert_allclose(
        centred[..., 0].transpose(1, 2, 0),
        tiny_sequence.joints[0] - tiny_sequence.joints[0, 0, 1],
        atol=1e-6,
    )


def test_torso_scale_makes_size_immaterial(tiny_sequence: SkeletonSequence) -> None:
    spec = SPEC.model_copy(update={"torso_scale": True})
    larger = SkeletonSequence(tiny_sequence.joints * 3, tiny_sequence.present, KINECT_V1)
    np.testing.assert_allclose(
        encode_input(larger, spec), encode_input(tiny_sequence, spec), atol=1e-4
    )


def test_test_time_crop_is_from_the_middle() -> None:
    joints = np.zeros((1, 40, 20, 3), np.float32)
    joints[0, :, :, 0] = np.arange(40)[:, None]
    clip = SkeletonSequence(joints, np.ones((1, 40), bool), KINECT_V1)
    spec = InputSpec(layout="kinect-v1", frames=20, align="none", crop=0.5)
    np.testing.assert_allclose(encode_input(clip, spec)[0, :, 0, 0], np.arange(10, 30), atol=1e-5)


def test_missing_persons_are_zeros_and_further_ones_left_out(
    two_persons: SkeletonSequence,
) -> None:
    three = encode_input(two_persons, SPEC.model_copy(update={"persons": 3}))
    assert three.shape == (9, 16, 20, 3)
    assert not three[..., 2].any()
    assert three[..., 1].any()
    assert not three[:, :3, :, 1].any()
    one = encode_input(two_persons, SPEC)
    np.testing.assert_array_equal(one[..., 0], three[..., 0])


def test_the_second_person_of_a_one_person_clip_is_a_copy_when_asked(
    tiny_sequence: SkeletonSequence, two_persons: SkeletonSequence
) -> None:
    spec = SPEC.model_copy(update={"persons": 3, "second_person": "copy"})
    encoded = encode_input(tiny_sequence, spec)
    np.testing.assert_array_equal(encoded[..., 1], encoded[..., 0])
    assert not encoded[..., 2].any()
    zero = spec.model_copy(update={"second_person": "zero"})
    np.testing.assert_array_equal(encode_input(tiny_sequence, zero)[..., 0], encoded[..., 0])
    assert not encode_input(tiny_sequence, zero)[..., 1].any()
    np.testing.assert_array_equal(encode_input(two_persons, spec), encode_input(two_persons, zero))
    two_persons.present[1] = False  # a second person who is never there is not copied over
    assert not encode_input(two_persons, spec)[..., 1].any()


def test_without_a_second_person_only_the_first_is_read(two_persons: SkeletonSequence) -> None:
    spec = InputSpec(**(SPEC.model_dump() | {"second_person": "none"}))
    np.testing.assert_array_equal(encode_input(two_persons, spec), encode_input(two_persons, SPEC))


@pytest.mark.parametrize(("second_person", "persons"), [("none", 2), ("copy", 1)])
def test_a_second_person_must_fit_the_number_of_persons(second_person: str, persons: int) -> None:
    with pytest.raises(SkelshotError, match=f"found '{second_person}' with persons={persons}"):
        InputSpec.model_validate(
            {"layout": "kinect-v1", "persons": persons, "second_person": second_person}
        )


def test_absent_persons_zeros_are_positions_when_asked(two_persons: SkeletonSequence) -> None:
    spec = InputSpec(
        layout="kinect-v1", frames=20, persons=2, align="none", streams=("joint", "joint-motion")
    )
    masked = encode_input(two_persons, spec)
    mixed = encode_input(two_persons, spec.model_copy(update={"absent": "zeros"}))
    as_one = SkeletonSequence(two_persons.joints, np.ones((2, 12), bool), KINECT_V1)
    np.testing.assert_array_equal(mixed, encode_input(as_one, spec))
    assert np.abs(mixed - masked)[..., 1].max() > 0.1
    np.testing.assert_array_equal(mixed[..., 0], masked[..., 0])


def test_specs_of_older_checkpoints_load() -> None:
    older = json.loads(SPEC.model_dump_json())
    del older["second_person"], older["absent"]
    assert InputSpec.model_validate(older) == SPEC


@pytest.mark.parametrize(
    ("before", "today"), [("none", "none"), ("centre", "root"), ("view", "facing")]
)
def test_specs_that_say_view_are_read_as_align(before: str, today: str) -> None:
    older = json.loads(SPEC.model_dump_json())
    older["view"] = before
    del older["align"]
    assert InputSpec.model_validate(older) == SPEC.model_copy(update={"align": today})


@pytest.mark.parametrize(
    "older", [{"view": "front"}, {"view": 3}, {"view": "none", "align": "root"}]
)
def test_what_was_no_view_is_refused(older: dict[str, object]) -> None:
    with pytest.raises(SkelshotError):
        InputSpec.model_validate({"layout": "kinect-v1"} | older)


def test_pixels_are_encoded_with_two_coordinates(rng: np.random.Generator) -> None:
    joints = rng.uniform(0, 1000, (1, 9, 17, 2)).astype(np.float32)
    clip = SkeletonSequence(joints, np.ones((1, 9), bool), COCO_17)
    spec = InputSpec(layout="coco-17", frames=8, coordinates=2, align="root", torso_scale=True)
    assert encode_input(clip, spec).shape == (2, 8, 17, 1)
    with pytest.raises(SkelshotError, match="use align 'root' for pixels"):
        encode_input(clip, spec.model_copy(update={"align": "facing"}))


def test_augmented_clips_are_reproducible_finite_and_zero_where_absent(
    two_persons: SkeletonSequence,
) -> None:
    spec = SPEC.model_copy(update={"persons": 2})
    plain = encode_input(two_persons, spec)
    for seed in range(10):
        first, second = (
            encode_input(two_persons, spec, ANY, np.random.default_rng(seed)) for _ in range(2)
        )
        np.testing.assert_array_equal(first, second)
        assert np.isfinite(first).all()
        assert np.abs(first - plain).max() > 0.01
    still = encode_input(two_persons, spec, Augmentation(jitter=0.1), np.random.default_rng(0))
    absent = ~plain.any(axis=(0, 2))
    assert absent.any()
    assert not still.transpose(1, 3, 0, 2)[absent].any()


def test_no_augmentation_asked_is_the_plain_input(tiny_sequence: SkeletonSequence) -> None:
    np.testing.assert_array_equal(
        encode_input(tiny_sequence, SPEC, Augmentation(), np.random.default_rng(0)),
        encode_input(tiny_sequence, SPEC),
    )


@pytest.mark.parametrize(("least", "fewest", "most"), [(64, 64, 69), (None, 36, 70)])
def test_the_training_crop_keeps_the_frames_that_it_must(
    least: int | None, fewest: int, most: int
) -> None:
    """The public CTR-GCN feeder keeps 64 to 69 of 70 frames."""
    joints = np.broadcast_to(np.arange(70.0).reshape(1, 70, 1, 1), (1, 70, 20, 3))
    clip = SkeletonSequence(joints.astype(np.float32), np.ones((1, 70), bool), KINECT_V1)
    spec = InputSpec(layout="kinect-v1", frames=1000, align="none")
    change = Augmentation(crop=(0.5, 1.0), crop_least_frames=least)
    rng = np.random.default_rng(0)
    kept = {round(float(np.ptp(encode_input(clip, spec, change, rng)))) + 1 for _ in range(300)}
    assert (min(kept), max(kept)) == (fewest, most)


def test_one_frame_is_enough() -> None:
    clip = SkeletonSequence(np.ones((1, 1, 20, 3), np.float32), np.ones((1, 1), bool), KINECT_V1)
    assert np.isfinite(encode_input(clip, SPEC)).all()


def test_the_clip_is_left_alone(tiny_sequence: SkeletonSequence) -> None:
    before = tiny_sequence.joints.copy()
    encode_input(tiny_sequence, SPEC, ANY, np.random.default_rng(0))
    np.testing.assert_array_equal(tiny_sequence.joints, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layout": "kinect-v2"}, "layout: found a clip of 'kinect-v1', expected 'kinect-v2'"),
        (
            {"coordinates": 2, "align": "none"},
            "coordinates: found 3 a joint in the clip, expected 2",
        ),
    ],
)
def test_clips_that_do_not_fit_are_refused(
    tiny_sequence: SkeletonSequence, change: dict[str, object], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        encode_input(tiny_sequence, InputSpec(**(SPEC.model_dump() | change)))


def test_a_clip_without_anybody_is_refused(two_persons: SkeletonSequence) -> None:
    two_persons.present[0] = False
    with pytest.raises(SkelshotError, match="present: found no frame with one of the first 1 per"):
        encode_input(two_persons, SPEC)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_clip_with_gaps_is_refused(tiny_sequence: SkeletonSequence, value: float) -> None:
    tiny_sequence.joints[0, 5, 3, 1] = value
    with pytest.raises(SkelshotError, match="fill them with repair_gaps"):
        encode_input(tiny_sequence, SPEC)


def test_augmenting_without_a_generator_is_refused(tiny_sequence: SkeletonSequence) -> None:
    with pytest.raises(SkelshotError, match="rng: found None"):
        encode_input(tiny_sequence, SPEC, ANY)


@pytest.mark.parametrize(
    "options",
    [
        {"frames": 0},
        {"persons": 0},
        {"coordinates": 4},
        {"streams": ()},
        {"streams": ("velocity",)},
        {"align": "front"},
        {"crop": 0},
        {"second_person": "mirror"},
        {"absent": "nearest"},
        {"window": 3},
    ],
)
def test_impossible_specs_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(SkelshotError, match=next(iter(options))):
        InputSpec.model_validate({"layout": "kinect-v1"} | options)


def test_a_spec_survives_json() -> None:
    assert InputSpec.model_validate_json(SPEC.model_dump_json()) == SPEC


def test_real_clips_are_encoded(nw_ucla_dir: Path) -> None:
    for path in sorted(nw_ucla_dir.glob("*.json"))[::100]:
        joints = np.array(json.loads(path.read_text())["skeletons"], np.float32)[None]
        clip = SkeletonSequence(joints, np.ones(joints.shape[:2], bool), KINECT_V1)
        encoded = encode_input(clip, SPEC)
        assert np.isfinite(encoded).all()
        assert np.abs(encoded[:3]).max() < 5  # metres around the spine


def test_confidence_is_one_more_channel_that_follows_its_joint_and_frame() -> None:
    rng = np.random.default_rng(0)
    joints = rng.normal(size=(1, 12, 17, 2)).astype(np.float32)
    sureness = rng.random((1, 12, 17), dtype=np.float32)
    clip = SkeletonSequence(joints, np.ones((1, 12), bool), COCO_17, confidence=sureness)
    spec = InputSpec(
        layout="coco-17",
        frames=12,
        persons=2,
        coordinates=2,
        streams=("joint", "bone"),
        align="root",
        confidence=True,
    )
    encoded = encode_input(clip, spec)
    assert encoded.shape == (spec.channels, 12, 17, 2) == (5, 12, 17, 2)
    np.testing.assert_allclose(encoded[4, :, :, 0], sureness[0])
    assert not encoded[..., 1].any(), "an absent person is sure of nothing"
    unknown = encode_input(replace(clip, confidence=None), spec)
    assert (unknown[4, :, :, 0] == 1).all()
    plain = encode_input(clip, InputSpec(**(spec.model_dump() | {"confidence": False})))
    np.testing.assert_array_equal(encoded[:4], plain)


def test_changes_in_space_leave_the_confidence_as_it_is() -> None:
    rng = np.random.default_rng(0)
    joints = rng.normal(size=(1, 12, 17, 2)).astype(np.float32)
    sureness = rng.random((1, 12, 17), dtype=np.float32)
    clip = SkeletonSequence(joints, np.ones((1, 12), bool), COCO_17, confidence=sureness)
    spec = InputSpec(layout="coco-17", frames=12, coordinates=2, align="none", confidence=True)
    moved = Augmentation(
        mirror=1, scale=(2, 2), shear=0.2, rotate_degrees=(0, 0, 40), jitter=0.1, time_reverse=1
    )
    changed = encode_input(clip, spec, moved, np.random.default_rng(1))
    expected = sureness[0, ::-1][:, list(COCO_17.mirror)]
    np.testing.assert_allclose(changed[2, :, :, 0], expected)
    assert not np.allclose(changed[:2, :, :, 0].transpose(1, 2, 0), joints[0])


def test_a_layout_of_ones_own_goes_through_the_specification_as_it_is() -> None:
    own = SkeletonLayout(
        name="stick",
        joints=("top", "middle", "end"),
        bones=((1, 0), (2, 1)),
        pairs=(),
        parts={},
        centre=(0,),
        hips=None,
        shoulders=None,
        trunk=((0,), (2,)),
    )
    spec = InputSpec(layout=own, align="root")
    again = InputSpec.model_validate_json(spec.model_dump_json())
    assert again == spec
    assert again.layout.joints == own.joints
    clip = SkeletonSequence(np.zeros((1, 4, 3, 3), np.float32), np.ones((1, 4), bool), own)
    assert encode_input(clip, again).shape == (3, 64, 3, 1)
    other = replace(own, bones=((0, 1), (2, 1)))
    with pytest.raises(SkelshotError, match="found a clip of another 'stick', expected 'stick'"):
        encode_input(replace(clip, layout=other), again)
