"""Clips of NTU's 120 classes as the synthetic data set films them, for zero-shot tests alone."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.progress import progress_bar
from skelshot.ground.seeding import rng_for
from skelshot.synthesis.plan import CAMERAS, CLASSES, REPLICATIONS, Take
from skelshot.synthesis.recording import Recording
from skelshot.synthesis.sensing.cameras import kinect
from skelshot.synthesis.sensing.sensor import sense
from skelshot.videos.crop import crop_frames
from skelshot.videos.joint_crop import crop_box
from skelshot.videos.sampling import segment_centres

VIDEO = (320, 180)
"""Width and height of the synthetic data set's videos."""


def film_take(
    recording: Recording, take: Take, camera: int, frames: int, size: int
) -> NDArray[np.uint8]:
    """Film one take as a teacher sees it: segment centres, cropped by the sensor's joints.

    Args:
        recording: The data set.
        take: The take.
        camera: Which camera.
        frames: Frames n.
        size: Side S of the result in pixels.

    Returns:
        RGB pictures (n, S, S, 3).
    """
    sensed = sense(
        recording.performance(take),
        kinect(take.setup, camera),
        rng_for("sensor", recording.seed, take.clip_name(camera)),
    )
    wanted = segment_centres(sensed.frames, frames)
    shown = {int(row) for row in wanted}
    pictures = {
        number: picture
        for number, picture in enumerate(recording.pictures(take, camera))
        if number in shown
    }
    places = [body.colour for body in sensed.bodies]
    joints = np.concatenate(places)[None].astype(np.float32)
    box = crop_box(joints, np.ones(joints.shape[:2], bool), recording.size)
    return crop_frames(np.stack([pictures[int(row)] for row in wanted]), box, size)


def ntu_clips(
    each: int, frames: int, size: int, seed: int = 0, classes: int = CLASSES
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Film clips of every class; performers, replications and cameras take turns.

    Args:
        each: Clips of a class.
        frames: Frames of a clip.
        size: Side of the pictures in pixels.
        seed: The data set's.
        classes: The first so many classes of NTU.

    Returns:
        RGB pictures (each x classes, frames, size, size, 3), and the class of each from 0.
    """
    recording = Recording(Path(), seed, CAMERAS, VIDEO)
    clips = np.empty((each * classes, frames, size, size, 3), np.uint8)
    labels = np.repeat(np.arange(classes), each)
    with progress_bar("test clips of NTU's classes", total=len(clips)) as bar:
        for row, label in enumerate(labels):
            turn = row % each
            take = Take(int(label) + 1, 1 + turn, REPLICATIONS[turn % len(REPLICATIONS)])
            camera = CAMERAS[turn % len(CAMERAS)]
            clips[row] = film_take(recording, take, camera, frames, size)
            bar.advance()
    return clips, labels.astype(np.int64)
