"""Enrols threes of exemplars with their features, alone or in children that are killed.

Called with the gallery, an action, how often to enrol, and how many children to kill. It begins
when it is sent a line, and prints the numbers that were said to be enrolled, a line each time.
"""

import os
import random
import signal
import sys
import time

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


def enrol_until_killed(place: str, action: str, seconds: float) -> None:
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
        os.write(1, file.read())


def main(place: str, action: str, times: str, kills: str) -> None:
    os.write(1, b"ready\n")
    sys.stdin.readline()
    rng = random.Random(0)
    for _ in range(int(kills)):
        enrol_until_killed(place, action, rng.uniform(0.0, 0.8))
    enrol(place, action, int(times), 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
