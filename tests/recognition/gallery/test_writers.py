"""Writers side by side lose nothing, and one that is killed leaves nothing half-enrolled."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skelshot.recognition.gallery import Gallery

PROGRAM = """
import sys
from pathlib import Path

import numpy as np

from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.gallery import Gallery
from skelshot.skeletons import KINECT_V1, SkeletonSequence

place, action, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def shown(number):
    joints = np.full((1, 30, 20, 3), number, np.float32)
    clip = SkeletonSequence(joints, np.ones((1, 30), bool), KINECT_V1)
    return Exemplar(action, clip, f"{action} {number}", None, digest_of(clip))

print("ready", flush=True)
sys.stdin.readline()
for number in range(times):
    with Gallery.open(place, create=True) as gallery:
        ids = gallery.add([shown(number)] * 3)
        features = {id_: np.full(8, number, np.float32) for id_ in ids}
        gallery.keep_features("one", features)
    print(*ids, flush=True)
"""


def begin(place: Path, action: str, times: int) -> "subprocess.Popen[str]":
    """Start a writer that waits for a line."""
    command = [sys.executable, "-c", PROGRAM, str(place), action, str(times)]
    pipe = subprocess.PIPE
    writer = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def check_whole(place: Path) -> dict[int, str]:
    """Look that exemplars are there by threes and read well; return their actions."""
    with Gallery.open(place) as gallery:
        found = gallery.by_id()
        assert len(found) % 3 == 0
        features = gallery.features("one")
        for id_, feature in features.items():
            assert found[id_].name.endswith(f" {int(feature[0])}")
        assert len(features) % 3 == 0
    return {id_: exemplar.action for id_, exemplar in found.items()}


@pytest.mark.parametrize("times", [17])
def test_two_writers_lose_nothing(place: Path, times: int) -> None:
    writers = [begin(place, action, times) for action in ("wave", "sit")]
    ends = []
    for writer in writers:  # the gallery itself is made by both at once
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        out, err = writer.communicate(timeout=240)
        assert (writer.returncode, err) == (0, "")
        ends.append({int(number) for number in out.split()})
    assert all(len(ids) == 3 * times for ids in ends)
    assert not ends[0] & ends[1]
    assert set(check_whole(place)) == ends[0] | ends[1]
    with Gallery.open(place) as gallery:
        assert gallery.actions() == {"wave": 3 * times, "sit": 3 * times}
        assert len(gallery.features("one")) == 6 * times
    backup = place.with_name("moves.gallery.backup")
    assert set(check_whole(backup)) == ends[0] | ends[1]


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.faults)])
def test_a_kill_leaves_nothing_half_enrolled(place: Path, kills: int) -> None:
    """Whatever moment it comes at; what was said to be enrolled is."""
    rng, said = random.Random(0), set()
    for _ in range(kills):
        writer = begin(place, "wave", 1000)
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
        time.sleep(rng.uniform(0.0, 0.6))
        os.kill(writer.pid, signal.SIGKILL)
        out, err = writer.communicate(timeout=60)
        assert err == ""
        lines = out.splitlines(keepends=True)
        said |= {int(n) for line in lines if line.endswith("\n") for n in line.split()}
        if place.exists() and place.stat().st_size:
            assert said <= set(check_whole(place))
    writer = begin(place, "wave", 1)
    out, err = writer.communicate("\n", timeout=60)
    assert err == ""
    said |= {int(number) for number in out.split()}
    assert said <= set(check_whole(place))
    left = {path.name for path in place.parent.iterdir()}
    assert left <= {"moves.gallery", "moves.gallery.backup"}
