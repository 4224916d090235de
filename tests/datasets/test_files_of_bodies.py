"""Files of real bodies as people write them: read right, or refused with the option to give."""

import pickle

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.pyskl import PysklReader
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V1


@pytest.fixture(scope="module")
def bodies(toy_store):
    """Six clips (T, 20, 3) of one person, in metres."""
    return [toy_store.sequence(index).joints[0] for index in range(0, 60, 10)]


@pytest.fixture
def read(tmp_path):
    """A function that writes clips as `.npz` files without layout and reads them."""

    def make(clips, **options):
        for number, joints in enumerate(clips):
            np.savez(tmp_path / f"{number}.npz", joints=joints, label="x")
        reader = NpzReader(reading=ReadingOptions(**options))
        return [item for source in reader.sources(tmp_path) for item in reader.read(source)], reader

    return make


def in_pixels(joints):
    """The joints (T, 20, 2) as a camera of 1920 x 1080 pixels sees them, y down."""
    flat = joints[..., :2] / joints[..., 2:] * [1050, -1050]
    return flat + np.array([960, 540])


def test_bodies_in_metres_are_read_and_their_layout_confirmed(read, bodies):
    items, reader = read(bodies)
    assert all(isinstance(item, Clip) for item in items)
    assert reader.remarks().guessed == {
        "layout": "kinect-v1, confirmed by the bodies",
        "coordinates": "metres, y up, right-handed (confirmed by the bodies)",
    }
    for item, joints in zip(items, bodies, strict=True):
        np.testing.assert_array_equal(item.sequence.joints[0], joints)


@pytest.mark.parametrize(
    ("units", "factor"),
    [("millimetres", 1000), ("centimetres", 100), ("inches", 1 / 0.0254), ("feet", 1 / 0.3048)],
)
def test_other_units_are_refused_with_the_option_that_reads_them(read, bodies, units, factor):
    items, _ = read([joints * factor for joints in bodies])
    assert all(isinstance(item, Rejected) for item in items)
    assert all(f"or say --units {units}" in item.reason for item in items)
    items, _ = read([joints * factor for joints in bodies], units=units)
    for item, joints in zip(items, bodies, strict=True):
        np.testing.assert_allclose(item.sequence.joints[0], joints, rtol=1e-5, atol=1e-6)


def test_a_score_for_a_third_coordinate_is_refused_with_the_option(read, bodies):
    rng = np.random.default_rng(0)
    scored = [
        np.concatenate([in_pixels(joints), rng.uniform(0.4, 0.95, (*joints.shape[:2], 1))], axis=2)
        for joints in bodies
    ]
    items, _ = read(scored)
    assert all("or say --third-channel score" in item.reason for item in items)
    items, _ = read(scored, third_channel="score")
    for item, joints in zip(items, scored, strict=True):
        np.testing.assert_allclose(item.sequence.joints[0], joints[..., :2], rtol=1e-6)
        np.testing.assert_allclose(item.sequence.confidence[0], joints[..., 2], rtol=1e-6)


@pytest.mark.parametrize("spread", [0, 0.02, 0.3])
def test_rows_of_y_x_and_score_are_refused_in_every_clip_with_both_options(read, bodies, spread):
    rng = np.random.default_rng(0)
    shares = [in_pixels(joints) / [1920, 1080] for joints in bodies]
    scores = [0.7 + spread * rng.uniform(-1, 1, (*flat.shape[:2], 1)) for flat in shares]
    rows = [
        np.concatenate([flat[..., ::-1], score], axis=2)
        for flat, score in zip(shares, scores, strict=True)
    ]
    items, _ = read(rows)
    expected = "or say --third-channel score --axes y,x"
    assert [expected in item.reason for item in items] == [True] * len(rows)
    items, _ = read(rows, third_channel="score", axes="y,x")
    for item, flat in zip(items, shares, strict=True):
        np.testing.assert_allclose(item.sequence.joints[0], flat, rtol=1e-5)


def test_who_sits_where_most_count_in_feet_is_refused_too(read, bodies):
    feet = [joints / 0.3048 for joints in bodies]
    feet[2] = feet[2] * [1, 0.6, 1]
    items, _ = read(feet)
    assert all("or say --units feet" in item.reason for item in items)
    assert items[2].reason.startswith("most clips beside it show what is wrong: units: found")


def test_pixels_with_x_and_y_exchanged_are_doubted(read, bodies):
    rows = [in_pixels(joints)[..., ::-1] for joints in bodies]
    _, reader = read(rows)
    (doubt,) = reader.remarks().doubts
    assert doubt.endswith("or say --axes y,x")
    assert "not confirmed by the bodies: y down" in reader.remarks().guessed["coordinates"]
    _, reader = read(rows, axes="y,x")
    assert reader.remarks().doubts == ()
    assert "coordinates" not in reader.remarks().guessed


@pytest.mark.parametrize("third", ["millimetres", "percent"])
def test_pixels_beside_another_unit_are_not_called_millimetres(read, bodies, third):
    rng = np.random.default_rng(0)
    mixed = []
    for joints in bodies:
        depth = 1000 * joints[..., 2:] if third == "millimetres" else None
        score = rng.uniform(20, 99, (*joints.shape[:2], 1))
        mixed.append(np.concatenate([in_pixels(joints), score if depth is None else depth], axis=2))
    items, _ = read(mixed)
    assert all(isinstance(item, Rejected) for item in items)
    assert not any("--units" in item.reason for item in items)


def test_metres_without_depth_are_doubted(read, bodies):
    _, reader = read([joints * [1, 1, 0] for joints in bodies])
    (doubt,) = reader.remarks().doubts
    assert doubt.startswith("flat: found z that is 0 throughout")


def test_units_that_are_told_are_not_guessed(read, bodies):
    _, reader = read(bodies, units="metres")
    assert list(reader.remarks().guessed) == ["layout"]


@pytest.mark.filterwarnings("error")
def test_infinite_coordinates_are_repaired_without_a_warning(read, bodies):
    broken = [joints.copy() for joints in bodies]
    for joints in broken:
        joints[3:5, 4] = np.inf
    items, _ = read(broken)
    assert [item.repaired for item in items] == [2] * len(bodies)


@pytest.mark.parametrize(
    ("written", "axes"),
    [
        ([-1, -1, 1], "--axes=-x,-y,z"),  # x right and y down, as in OpenCV
        ([1, -1, -1], "--axes x,-y,-z"),
    ],
)
def test_y_down_is_refused_with_the_axes_that_read_it(read, bodies, written, axes):
    items, _ = read([joints * written for joints in bodies])
    assert all(f"or say {axes}; if they are right" in item.reason for item in items)
    items, reader = read([joints * written for joints in bodies], axes=axes[7:])
    for item, joints in zip(items, bodies, strict=True):
        np.testing.assert_array_equal(item.sequence.joints[0], joints)
    assert reader.remarks().doubts == ()
    assert reader.options()["axes"] == axes[7:]


@pytest.mark.parametrize(
    ("order", "signs", "axes"),
    [([0, 2, 1], [1, -1, 1], "--axes x,z,-y"), ([0, 2, 1], [1, 1, -1], "--axes x,-z,y")],
)
def test_a_folder_with_z_up_is_refused_with_the_axes_that_read_it(read, bodies, order, signs, axes):
    turned = [joints[..., order] * signs for joints in bodies]
    expected = rf": upright: .* along -?z, .*or say {axes}; .*ignore"
    with pytest.raises(SkelshotError, match=expected) as error:
        read(turned)
    assert "known layout" not in str(error.value)
    items, reader = read(turned, axes=axes[7:])
    for item, joints in zip(items, bodies, strict=True):
        np.testing.assert_array_equal(item.sequence.joints[0], joints)
    assert reader.remarks().doubts == ()


def test_a_folder_with_z_up_is_read_and_doubted_when_told_to(read, bodies):
    items, reader = read([joints[..., [0, 2, 1]] for joints in bodies], body_check="ignore")
    assert all(isinstance(item, Clip) for item in items)
    assert any("rise along z" in doubt for doubt in reader.remarks().doubts)


def test_mirrored_bodies_are_read_with_one_short_doubt(read, bodies):
    _, reader = read([joints * [-1, 1, 1] for joints in bodies])
    (doubt,) = reader.remarks().doubts
    assert doubt.endswith(", or say --axes=-x,y,z")
    assert len(doubt) < 200
    items, reader = read([joints * [-1, 1, 1] for joints in bodies], axes="-x,y,z")
    assert reader.remarks().doubts == ()
    np.testing.assert_array_equal(items[0].sequence.joints[0], bodies[0])


def test_pixels_with_y_up_are_doubted_and_turned_within_their_picture(tmp_path, bodies):
    flat = [in_pixels(joints) for joints in bodies]
    for number, joints in enumerate(flat):
        turned = [0, 1080] + joints * [1, -1]
        np.savez(tmp_path / f"{number}.npz", joints=turned, label="x", picture_size=(1920, 1080))
    reader = NpzReader()
    reader.sources(tmp_path)
    (doubt,) = reader.remarks().doubts
    assert doubt.endswith(", or say --axes x,-y")
    reader = NpzReader(reading=ReadingOptions(axes="x,-y"))
    items = [item for source in reader.sources(tmp_path) for item in reader.read(source)]
    assert reader.remarks().doubts == ()
    for item, joints in zip(items, flat, strict=True):
        np.testing.assert_allclose(item.sequence.joints[0], joints, rtol=1e-4, atol=1e-3)


def exchanged(joints, one, other):
    """The joints with two kinds of joint exchanged on both sides."""
    order = list(range(20))
    for side in ("left", "right"):
        first, second = (KINECT_V1.index(f"{side} {name}") for name in (one, other))
        order[first], order[second] = second, first
    return joints[:, order]


@pytest.mark.parametrize("told", ["in the file", "with the option"])
def test_a_layout_that_is_told_and_does_not_fit_asks_for_the_right_one(tmp_path, bodies, told):
    fields = {"layout": "kinect-v1"} if told == "in the file" else {}
    for number, joints in enumerate(bodies):
        wrong = exchanged(joints, "hip", "knee")
        np.savez(tmp_path / f"{number}.npz", joints=wrong, label="x", **fields)
    reader = NpzReader("kinect-v1" if not fields else None)
    items = [item for source in reader.sources(tmp_path) for item in reader.read(source)]
    for item in items:
        assert "'kinect-v1': its hips do not lie between its shoulders and knees" in item.reason
        assert "in the file where it names one, or say --layout NAME or FILE.yaml" in item.reason


def test_swapped_axes_are_refused_with_the_axes_found(read, bodies):
    items, _ = read([np.stack([joints, joints + 0.5], axis=1) for joints in bodies])
    assert all(isinstance(item, Rejected) for item in items)
    assert all("expected (M, T, V, C)" in item.reason for item in items)


def test_joints_in_another_order_ask_for_their_layout(read, bodies):
    order = np.random.default_rng(0).permutation(20)
    shuffled = [joints[:, order] for joints in bodies]
    with pytest.raises(SkelshotError, match=r"20 joints that do not follow kinect-v1: .*--layout"):
        read(shuffled)
    items, reader = read(shuffled, body_check="ignore")
    assert all(isinstance(item, Clip) for item in items)
    assert reader.remarks().guessed["layout"].endswith("by the number of joints alone")


def annotations(clips, lost):
    """Annotations of clips in pixels, some joints of which are lost and written as `lost`."""
    entries = []
    for number, joints in enumerate(clips):
        flat = in_pixels(joints).astype(np.float32)[np.newaxis]
        scores = np.full(flat.shape[:3], 0.9, np.float32)
        for start, joint in ((3, 7), (6, 11), (2, 15)):
            flat[0, start : start + 3, joint] = lost
            scores[0, start : start + 3, joint] = 0
        entries.append(
            {"frame_dir": str(number), "label": 0, "total_frames": flat.shape[1],
             "keypoint": flat, "keypoint_score": scores}
        )  # fmt: skip
    return entries


def with_ghost(entry):
    """The annotation with a detection of two frames before its actor."""
    keypoint, score = entry["keypoint"], entry["keypoint_score"]
    ghost, unsure = np.zeros_like(keypoint), np.zeros_like(score)
    ghost[0, :2], unsure[0, :2] = 500 + keypoint[0, :2] / 2, 0.01
    return {
        **entry,
        "keypoint": np.concatenate([ghost, keypoint]),
        "keypoint_score": np.concatenate([unsure, score]),
    }


@pytest.mark.parametrize("lost", [0, -1])
@pytest.mark.parametrize("change", [dict, with_ghost], ids=["alone", "behind a ghost"])
def test_lost_joints_and_ghosts_change_nothing(tmp_path, bodies, lost, change):
    def clips_of(entries):
        (tmp_path / "x.pkl").write_bytes(pickle.dumps(entries))
        reader = PysklReader()
        (source,) = reader.sources(tmp_path / "x.pkl")
        return list(reader.read(source))

    wanted = clips_of(annotations(bodies, np.nan))
    made = clips_of([change(entry) for entry in annotations(bodies, lost)])
    for one, other in zip(made, wanted, strict=True):
        assert one.sequence.layout is KINECT_V1
        assert one.repaired == other.repaired == 9
        np.testing.assert_array_equal(one.sequence.joints, other.sequence.joints)
        assert one.ghosts == (change is with_ghost)
