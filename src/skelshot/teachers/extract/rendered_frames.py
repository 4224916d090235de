"""Rendered frames: dressed bodies around the skeletons, in an empty room."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from skelshot.datasets.store.index import ClipRecord
from skelshot.ground import SkelshotError
from skelshot.rendering.background import background_of
from skelshot.rendering.bodies import body_shapes
from skelshot.rendering.camera import PinholeCamera, looking_at
from skelshot.rendering.heads import outfit_for
from skelshot.rendering.render import render
from skelshot.rendering.room import room_for
from skelshot.rendering.shapes import Shapes, join
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR
from skelshot.skeletons.sequence import IntArray, SkeletonSequence
from skelshot.teachers.extract.frame_sources import Draws
from skelshot.videos.clip_frames import ClipFrames, VideoOptions
from skelshot.videos.crop import CropBox
from skelshot.videos.sampling import segment_centres, segment_draw

Array = NDArray[np.float64]

FOCAL: Final = 1.5
"""Focal length over the picture's size: a view of 37 degrees, which distorts little."""

FLESH: Final = 0.14
"""Metres by which heads, hands and feet reach beyond the outermost joints."""

USUAL: Final = (0.6, 3.5)
"""Heights in metres that whole or bent people have; others are not in metres and are scaled."""

STATURE: Final = 1.5
"""Metres between the lowest and highest joint of a person whose unit is not known."""

LEAST_WALK: Final = 0.7
"""Metres nearer or farther that people must walk before the floor's slope is taken from them."""

AHEAD: Final = ("nose", "eye", "mouth", "toe", "foot index")
"""Parts of the names of joints that point to where a person faces."""

FACE: Final = 0.06
"""How far those joints lie before the body, as a share of its height, where depth is not known."""

STEEPEST: Final = 0.5
"""Largest slope of a floor as a tilted sensor sees it."""


class RenderedSource:
    """Frames drawn from the skeletons alone, as if a camera stood where the sensor was.

    They show a teacher nothing that the skeleton does not hold: no things, no faces, no place.
    What they add is what the teacher knows about people who move like that. Clothes follow the
    performer, the room the setup (each clip's own where the store does not know them).

    Args:
        options: Number and size of the frames; cropping does not apply.
        seed: Of clothes and rooms.
    """

    kind: Literal["videos", "rendered"] = "rendered"
    every: float | None = None

    def __init__(self, options: VideoOptions, seed: int = 0) -> None:
        # Nothing is cropped and no sensor took the pictures: any size will do, and this one keeps
        # the keys of earlier caches.
        self.options = options.model_copy(update={"crop": "none", "sensor_size": KINECT_COLOUR})
        self.seed = seed

    def check(self, records: Sequence[ClipRecord]) -> None:
        """Pass every clip; what cannot be drawn is found clip by clip."""

    def frames(
        self, record: ClipRecord, sequence: SkeletonSequence, draws: Draws
    ) -> list[ClipFrames]:
        """Draw a clip's frames.

        Args:
            record: The clip's row of the index.
            sequence: The clip, in metres with y up, or in pixels.
            draws: What draws the frames of each sample.

        Returns:
            One `ClipFrames` a draw.

        Raises:
            SkelshotError: Nobody is there.
        """
        size, count = self.options.size, self.options.frames
        rows = [
            segment_centres(sequence.frames, count)
            if rng is None
            else segment_draw(sequence.frames, count, rng)
            for rng in draws
        ]
        wanted = np.unique(np.concatenate(rows))
        dress = record.name if record.subject is None else record.subject
        place = record.name if record.setup is None else record.setup
        pictures = draw_sequence(sequence, wanted, size, (self.seed, dress), (self.seed, place))
        return [
            ClipFrames(
                frames=pictures[np.searchsorted(wanted, chosen)],
                rows=chosen,
                indices=chosen,
                box=CropBox(0, 0, size, size),
                video_size=(size, size),
                clamped=0,
            )
            for chosen in rows
        ]


def draw_sequence(
    sequence: SkeletonSequence,
    rows: IntArray,
    size: int,
    dress: Sequence[object] = (0,),
    place: Sequence[object] = (0,),
) -> NDArray[np.uint8]:
    """Draw frames of a clip.

    Args:
        sequence: The clip, in metres with y up, or in pixels: then bodies are flat.
        rows: Which frames (n,), rising.
        size: Width and height of the pictures.
        dress: Keys of the clothes; each person has others.
        place: Keys of the room.

    Returns:
        Pictures RGB (n, size, size, 3).

    Raises:
        SkelshotError: Nobody is there.
    """
    joints = _level(_in_metres(sequence), sequence.present)
    seen = joints[sequence.present]
    seen = seen[np.isfinite(seen).all(axis=-1)]
    if not len(seen):
        raise SkelshotError("rendered: nobody is present with known joints, nothing to draw")
    low, high = np.percentile(seen, [0.2, 99.8], axis=0)
    away = _viewing_direction((low + high) / 2)
    # Stand the people on the floor, about the middle of the room.
    shift = np.array([(low[0] + high[0]) / 2, low[1] - 0.05, (low[2] + high[2]) / 2])
    joints, low, high = joints - shift, low - shift, high - shift
    camera = fitting_camera(np.clip(seen - shift, low, high), away, size)
    groups = [
        _at(
            body_shapes(
                joints[person],
                sequence.layout,
                outfit_for("rendered", *dress, person),
                shown=sequence.present[person],
            ),
            rows,
        )
        for person in range(sequence.persons)
        if sequence.present[person].any()
    ]
    room = room_for("rendered", *place)
    reach = float(np.abs([low[[0, 2]], high[[0, 2]]]).max()) + 1.0
    room = replace(room, walls=np.maximum(room.walls, reach))
    pictures = np.stack(list(render(join(groups), camera, background_of(room, camera))))
    return np.ascontiguousarray(pictures[:, :, ::-1]) if sequence.channels == 2 else pictures


def fitting_camera(points: Array, away: Array, size: int) -> PinholeCamera:
    """Place a camera as near as it may be with all points in its picture.

    A point at (x, y) beside the axis and z beyond the target lies within half the picture h if
    f |x| <= h (z + d); d is the largest distance that a point asks for.

    Args:
        points: World positions (n, 3), metres.
        away: Unit vector (3,) from the camera to the target.
        size: Width and height of the picture.

    Returns:
        The camera.

    Example:
        >>> person = np.array([[0.0, 0, 0], [0, 1.7, 0]])
        >>> camera = fitting_camera(person, np.array([0.0, 0, 1]), 224)
        >>> bool(camera.sees(person).all())
        True
    """
    target = (points.min(axis=0) + points.max(axis=0)) / 2
    turn = looking_at(target - away, target)
    aside = (points - target) @ turn.T
    reach = np.abs(aside[:, :2]).max(axis=1) + FLESH
    distance = max(float((2 * FOCAL * reach - aside[:, 2]).max()), 1.0)
    return PinholeCamera(
        (size, size), (FOCAL * size,) * 2, (size / 2,) * 2, target - distance * turn[2], turn
    )


def _viewing_direction(middle: Array) -> Array:
    """Return the unit vector from the sensor, at the origin, to the people; slightly downwards."""
    level = np.array([middle[0], 0.0, middle[2]])
    length = float(np.linalg.norm(level))
    if length < 0.5:  # centred data do not tell where the sensor was
        level, length = np.array([0.0, 0.0, 1.0]), 1.0
    down = math.radians(8)
    away: Array = math.cos(down) * level / length - np.array([0.0, math.sin(down), 0.0])
    return away


def _in_metres(sequence: SkeletonSequence) -> Array:
    """Return the joints in space, scaled where their unit cannot be the metre."""
    joints = _in_space(sequence)
    heights = joints[..., 1][sequence.present]
    heights = heights[np.isfinite(heights).all(axis=-1)]
    if not len(heights):
        return joints
    height = float(np.percentile(np.ptp(heights, axis=-1), 90))
    if USUAL[0] <= height <= USUAL[1] or height <= 0:
        return joints
    return joints * (STATURE / height)


def _in_space(sequence: SkeletonSequence) -> Array:
    """Return the joints as x, y up, z; those of a picture stand upright in a plane at z = 0.

    Sensors' pictures are mirror images and cameras' are not: x is turned round here, so that
    people face the way their left and right tell, and turned back in the pictures. Faces and
    toes stand a little before the plane.
    """
    joints = sequence.joints.astype(np.float64)
    if sequence.channels == 3:
        return joints
    seen = joints[sequence.present]
    middle = np.nan_to_num(np.nanmean(seen, axis=(0, 1))) if seen.size else np.zeros(2)
    flat = middle - joints  # x is turned round, and y that grew downwards
    depth = np.zeros_like(flat[..., :1])
    if seen.size:
        tall = float(np.nan_to_num(np.nanmedian(np.ptp(seen[..., 1], axis=-1))))
        ahead = [any(word in name for word in AHEAD) for name in sequence.layout.joints]
        depth[:, :, ahead] = -FACE * tall
    return np.concatenate([flat, depth], axis=-1)


def _level(joints: Array, present: NDArray[np.bool_]) -> Array:
    """Turn a clip so that its floor is level, where people walk far enough to tell.

    A sensor that looks down sees the floor rise with the distance. The lowest joints of all
    frames show it: a line through their heights over the distance gives the angle.
    """
    bodies = joints[present]
    bodies = bodies[np.isfinite(bodies).all(axis=(1, 2))]
    if len(bodies) < 2:
        return joints
    lowest = bodies[np.arange(len(bodies)), bodies[..., 1].argmin(axis=1)]
    if np.ptp(lowest[:, 2]) < LEAST_WALK:
        return joints
    slope = np.polyfit(lowest[:, 2], lowest[:, 1], 1)[0]
    angle = math.atan(float(np.clip(slope, -STEEPEST, STEEPEST)))
    cos, sin = math.cos(angle), math.sin(angle)
    levelled: Array = joints @ np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]])
    return levelled


def _at(shapes: Shapes, rows: IntArray) -> Shapes:
    """Return the shapes in some frames."""
    parts = ("start", "end", "turn", "shown", "core")
    return replace(shapes, **{part: getattr(shapes, part)[rows] for part in parts})
