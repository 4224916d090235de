"""Clips of composed actions, filmed as NTU's videos are seen by a teacher: cropped and small."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.seeding import seed_for
from skelshot.mini_teacher.composing import ComposedAction
from skelshot.rendering.background import background_of
from skelshot.rendering.camera import PinholeCamera
from skelshot.rendering.render import render
from skelshot.rendering.room import room_for
from skelshot.skeletons.sequence import IntArray
from skelshot.synthesis.drawing import scene_of
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import Program
from skelshot.synthesis.performance import ObjectTrack, Performance
from skelshot.synthesis.sensing.cameras import CAMERA_ANGLES, HEADINGS, kinect, setups
from skelshot.videos.crop import resize
from skelshot.videos.joint_crop import crop_box
from skelshot.videos.sampling import segment_draw

Pictures = NDArray[np.uint8]

PEOPLE_SEED = seed_for("mini teacher", "performers")
"""Of the people; a 63-bit number that no synthetic data set is told."""

MARGIN = (0.07, 0.25)
"""Room around the joints that is drawn; `teach` crops with 0.15."""

SHIFT = 0.03
"""How far a crop may lie off, as a share of its side: the sensor's joints are not exact either."""

TURNED = 18.0
"""Standard deviation in degrees of people's heading about NTU's two headings."""

SHARPNESS = (0.8, 1.5)
"""Pixels that are drawn for one of the result: videos are coarser or finer than the crop."""

VIDEO_HEIGHT = 180
"""Rows of the synthetic NTU's videos: things are drawn as large as they are there."""

COLOUR = (1920, 1080)
"""Width and height of the sensor's picture."""

PEOPLE = 2
"""Most people in a clip."""


@dataclass(frozen=True, eq=False)
class Shot:
    """A clip, and where people's joints are in it.

    Args:
        pictures: RGB (n, S, S, 3).
        joints: Column and row of each joint of `KINECT_V2` as shares of the side
            (n, 2, 25, 2), float16; NaN for a person who is not there.
    """

    pictures: Pictures
    joints: NDArray[np.float16]


def film(
    action: ComposedAction, rng: np.random.Generator, *, frames: int = 8, size: int = 96
) -> Pictures:
    """Film an action once, by a random person before a random camera in a random room.

    Args:
        action: What is done.
        rng: Draws everything that differs between clips.
        frames: Frames n, one at a random place of each of n equal segments.
        size: Side S of the pictures.

    Returns:
        RGB pictures (n, S, S, 3). The same generator state gives the same pictures.
    """
    return shoot(action.program, rng, frames=frames, size=size).pictures


def shoot(program: Program, rng: np.random.Generator, *, frames: int = 8, size: int = 96) -> Shot:
    """Film a motion program as `film` does, and tell where the joints are in the pictures.

    Args:
        program: What is done.
        rng: Draws everything that differs between clips.
        frames: Frames n.
        size: Side S of the pictures.

    Returns:
        The clip.
    """
    numbers = rng.integers(1, 10**9, size=len(program.roles))
    people = tuple(performer_of(int(number), PEOPLE_SEED) for number in numbers)
    headings = tuple(HEADINGS.values())
    heading = headings[int(rng.integers(len(headings)))] + TURNED * rng.standard_normal()
    performance = perform(program, people, rng, float(heading))
    setup = int(rng.integers(1, len(setups()) + 1))
    lens = kinect(setup, int(rng.integers(1, len(CAMERA_ANGLES) + 1))).colour
    drawn = round(size * rng.uniform(*SHARPNESS))
    camera = crop_camera(performance, lens, drawn, rng)
    shot = excerpt(performance, segment_draw(performance.frames, frames, rng))
    shapes = scene_of(shot)
    # What `scene_of` draws at least 3 pixels large is meant for a video of 180 rows.
    zoom = camera.focal[1] / lens.focal[1] * COLOUR[1] / VIDEO_HEIGHT
    shapes = replace(shapes, least=shapes.least * zoom)
    room = room_for("mini teacher", int(rng.integers(2**31)))
    pictures = np.stack(list(render(shapes, camera, background_of(room, camera))))
    u, v, _ = camera.project(shot.joints)
    joints = np.full((frames, PEOPLE, *u.shape[2:], 2), np.nan, np.float16)
    joints[:, : len(people)] = np.stack([u, v], axis=-1).transpose(1, 0, 2, 3) / drawn
    return Shot(_as_decoded(resize(pictures, (size, size)), rng), joints)


def crop_camera(
    performance: Performance, lens: PinholeCamera, size: int, rng: np.random.Generator
) -> PinholeCamera:
    """Return a camera that sees only the square around everybody's joints.

    Args:
        performance: What is filmed.
        lens: The camera that sees everything.
        size: Side of the pictures in pixels.
        rng: Draws margin and shift.

    Returns:
        A camera at the same place, with the crop as its picture.
    """
    u, v, _ = lens.project(performance.joints)
    pixels = np.stack([u, v], axis=-1).astype(np.float32)
    present = np.ones(pixels.shape[:2], bool)
    box = crop_box(pixels, present, COLOUR, COLOUR, margin=float(rng.uniform(*MARGIN)))
    corner = np.array([box.left, box.top]) + SHIFT * box.width * rng.uniform(-1, 1, 2)
    corner = np.clip(corner, 0, np.array(COLOUR) - box.width)
    scale = size / box.width
    return replace(
        lens,
        size=(size, size),
        focal=(lens.focal[0] * scale, lens.focal[1] * scale),
        centre=(
            float((lens.centre[0] - corner[0]) * scale),
            float((lens.centre[1] - corner[1]) * scale),
        ),
    )


def excerpt(performance: Performance, rows: IntArray) -> Performance:
    """Return some frames of a performance.

    Args:
        performance: All of it.
        rows: Which frames (n,), never falling.

    Returns:
        A performance of n frames.
    """

    def cut(tracks: tuple[ObjectTrack, ...]) -> tuple[ObjectTrack, ...]:
        return tuple(
            ObjectTrack(one.name, one.kind, one.place[rows], one.turn[rows], one.shown[rows])
            for one in tracks
        )

    return Performance(
        performance.joints[:, rows],
        performance.purpose[:, rows],
        performance.performers,
        cut(performance.objects),
        cut(performance.furniture),
        None if performance.gaze is None else performance.gaze[:, rows],
    )


def _as_decoded(pictures: Pictures, rng: np.random.Generator) -> Pictures:
    """Give pictures what lens, light and compression do: other tones, and noise in patches."""
    size = pictures.shape[1]
    gain = rng.uniform(0.85, 1.15) * (1 + 0.03 * rng.standard_normal(3))
    offset = rng.uniform(-10, 10)
    strength = rng.uniform(0.0, 4.0)
    coarse = rng.standard_normal((size // 2 + 8, size // 2 + 8), dtype=np.float32)
    grain = strength * np.kron(coarse, np.ones((2, 2), np.float32))
    toned = pictures.astype(np.float32) * gain.astype(np.float32) + np.float32(offset)
    for number in range(len(toned)):  # the same grain, moved from frame to frame
        x, y = rng.integers(0, 16, 2)
        toned[number] += grain[y : y + size, x : x + size, None]
    clipped: Pictures = np.clip(toned, 0, 255).astype(np.uint8)
    return clipped
