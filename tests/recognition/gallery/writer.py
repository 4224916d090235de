"""Enrols threes of exemplars with their features, alone or in children that are killed."""

import os
import random
import signal
import time
from multiprocessing.synchronize import Barrier

import numpy as np

from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.gallery import Gallery
from skelshot.skeletons import KINECT_V1, SkeletonSequence


def shown(action: str, number: int) -> Exemplar:
    joints = np.full((1, 30, 20, 3), number, np.float32)
    clip = SkeletonSequence(joints, np.ones((1, 30), bool), KINECT_V1)
    return Exemplar(action, clip, f"{action} {number}", None, digest_of(clip))


def enrol(place: str, action: str, times: int, out: int) -> None:
    for number in range(times):
        with Gallery.open(place, create=True) as gallery:
            ids = gallery.add([shown(action, number)] * 3)
            gallery.keep_features("one", {id_: np.full(8, number, np.float32) for id_ in ids})
        os.write(out, f"{' '.join(map(str, ids))}\n".encode())


def enrol_until_killed(place: str, action: str, seconds: float, out: int) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        enrol(place, action, 10_000, writing)
        os._exit(1)
    os.close(writing)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as file:
        os.write(out, file.read())


def write(place: str, action: str, times: int, kills: int, together: Barrier, out: int) -> None:
    """Enrol, after so many children that were killed as they did.

    Args:
        place: The gallery.
        action: The action.
        times: How often.
        kills: How many children.
        together: Where the writers wait for each other before they begin.
        out: Is told the numbers that were said to be enrolled, a line each time.
    """
    together.wait()
    rng = random.Random(0)
    for _ in range(kills):
        enrol_until_killed(place, action, rng.uniform(0.0, 0.8), out)
    enrol(place, action, times, out)
