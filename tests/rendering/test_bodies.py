from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from skelshot.datasets.clips import Clip
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.readers import Source
from skelshot.ground import SkelshotError
from skelshot.rendering.background import background_of
from skelshot.rendering.bodies import body_shapes
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.heads import Outfit, outfit_for
from skelshot.rendering.render import render_with_depth
from skelshot.rendering.room import room_for
from skelshot.rendering.shapes import Shapes
from skelshot.skeletons.layouts import KINECT_V1, KINECT_V2, LAYOUTS, SkeletonLayout
from skelshot.skeletons.mappings import mapping_matrix

Array = NDArray[np.float64]

WHITE_FACE = Outfit(
    skin=(1.0, 0.9, 0.8),
    hair=(0.0, 0.3, 0.0),
    top=(0.8, 0.0, 0.0),
    trousers=(0.0, 0.0, 0.8),
    shoes=(0.2, 0.2, 0.2),
)


def seen(shapes: Shapes, camera: PinholeCamera) -> list[tuple[Array, NDArray[np.bool_]]]:
    """Pictures, and which pixels show the shapes."""
    background = background_of(room_for("test"), camera)
    return [
        (picture.astype(float), depth < background.depth - 1e-4)
        for picture, depth in render_with_depth(shapes, camera, background)
    ]


def share_on_body(joints: Array, layout: SkeletonLayout, camera: PinholeCamera) -> float:
    pictures = seen(body_shapes(joints, layout, outfit_for(1)), camera)
    u, v, _ = camera.project(joints)
    hits = [
        mask[int(v[t, k]), int(u[t, k])]
        for t, (_, mask) in enumerate(pictures)
        for k in range(layout.num_joints)
    ]
    return float(np.mean(hits))


def test_projected_joints_lie_on_the_drawn_body(camera: PinholeCamera, standing: Array) -> None:
    assert share_on_body(standing, KINECT_V2, camera) == 1


@pytest.mark.parametrize(
    "layout", [layout for layout in LAYOUTS if layout.hips is not None], ids=lambda one: one.name
)
def test_every_layout_has_a_body(
    camera: PinholeCamera, standing: Array, layout: SkeletonLayout
) -> None:
    weights, _ = mapping_matrix(KINECT_V2, layout)
    # Kinect has no little fingers: they stay at the wrist, and MediaPipe's hands end too early.
    expected = 0.93 if layout.name == "mediapipe-33" else 1
    assert share_on_body(weights @ standing, layout, camera) >= expected


def test_joints_of_real_clips_lie_on_the_drawn_body(
    nw_ucla_dir: Path, camera: PinholeCamera
) -> None:
    lens = np.array([0.0, 1.3, -3.0])  # the sensor's height is not known; feet clear the floor
    kinect = PinholeCamera(camera.size, camera.focal, camera.centre, lens, np.eye(3))
    for path in sorted(nw_ucla_dir.glob("*.json"))[:200:50]:
        clip = next(iter(NwUclaReader().read(Source(path.name, path))))
        assert isinstance(clip, Clip)
        joints = kinect.to_world(clip.sequence.joints[0].astype(np.float64))
        pictures = seen(body_shapes(joints, KINECT_V1, outfit_for(1)), kinect)
        u, v, _ = kinect.project(joints)
        inside = (u >= 0) & (u < 320) & (v >= 0) & (v < 180)
        hits = [
            mask[int(v[t, k]), int(u[t, k])]
            for t, (_, mask) in enumerate(pictures)
            for k in np.flatnonzero(inside[t])
        ]
        assert len(hits) > 10 * len(joints)
        assert np.mean(hits) > 0.99


def test_clothes_are_where_they_belong(camera: PinholeCamera, standing: Array) -> None:
    picture, _ = seen(body_shapes(standing, KINECT_V2, WHITE_FACE), camera)[0]

    def colour(joint: str) -> Array:
        u, v, _ = camera.project(standing[0, KINECT_V2.index(joint)])
        return np.asarray(picture[int(v), int(u)])

    assert colour("spine mid")[0] > 3 * colour("spine mid")[2]
    assert colour("left knee")[2] > 3 * colour("left knee")[0]
    assert colour("right elbow")[0] > 3 * colour("right elbow")[2]
    assert np.ptp(colour("head")) < 0.4 * colour("head").max()
    assert np.ptp(colour("right hand")) < 0.4 * colour("right hand").max()


def face_pixels(shapes: Shapes, camera: PinholeCamera, head: Array) -> tuple[float, float]:
    """How many pixels around the head have the skin's colour, and their mean column from it."""
    picture, mask = seen(shapes, camera)[0]
    u, v, _ = camera.project(head)
    top, left = int(v) - 8, int(u) - 8
    red, green, blue = np.moveaxis(picture[top : top + 14, left : left + 16], -1, 0)
    skin = mask[top : top + 14, left : left + 16] & (red > 1.05 * green) & (green > blue)
    columns = np.nonzero(skin)[1]
    return float(skin.sum()), float(columns.mean() + left + 0.5 - u) if skin.any() else 0.0


def test_the_face_shows_where_a_person_looks(camera: PinholeCamera, standing: Array) -> None:
    head = standing[0, 3]
    large = camera.scaled((640, 360))
    counts, sides = [], []
    for gaze in ((0, 0, -1), (-1, 0, 0), (1, 0, 0), (0, 0, 1)):
        course = np.tile(np.array(gaze, float), (6, 1))
        count, side = face_pixels(
            body_shapes(standing, KINECT_V2, WHITE_FACE, gaze=course), large, head
        )
        counts.append(count)
        sides.append(side)
    front, left, right, back = counts
    assert front > left > back
    assert front > right > back
    assert sides[1] < -0.8 < 0.8 < sides[2]
    # Without a gaze the face follows the shoulders, here towards the camera.
    assert face_pixels(body_shapes(standing, KINECT_V2, WHITE_FACE), large, head)[0] == front


def test_girth_widens(camera: PinholeCamera, standing: Array) -> None:
    sizes = [
        seen(body_shapes(standing, KINECT_V2, WHITE_FACE, girth=girth), camera)[0][1].sum()
        for girth in (0.85, 1.0, 1.25)
    ]
    assert sizes[0] < 0.95 * sizes[1] < 0.95**2 * sizes[2]


def test_absent_and_unknown_are_not_drawn(camera: PinholeCamera, standing: Array) -> None:
    standing[2] = np.nan
    standing[3, KINECT_V2.index("left wrist")] = np.nan
    shown = np.array([True, False, True, True, True, True])
    pictures = seen(body_shapes(standing, KINECT_V2, WHITE_FACE, shown=shown), camera)
    sizes = [mask.sum() for _, mask in pictures]
    assert sizes[1] == sizes[2] == 0
    assert 0.8 * sizes[0] < sizes[3] < sizes[0]


def test_joints_in_one_point_make_no_trouble(camera: PinholeCamera) -> None:
    collapsed = np.tile(np.array([0.0, 1.0, 0.0]), (2, 25, 1))
    shapes = body_shapes(collapsed, KINECT_V2, WHITE_FACE)
    assert all(mask.any() for _, mask in seen(shapes, camera))


def test_joints_of_another_shape_are_refused(standing: Array) -> None:
    with pytest.raises(
        SkelshotError, match=r"found shape \(6, 25, 3\), expected \(frames, 20, 3\)"
    ):
        body_shapes(standing, KINECT_V1, WHITE_FACE)
