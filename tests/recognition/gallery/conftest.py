"""Exemplars that are made in no time."""

import multiprocessing
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.gallery import Gallery
from skelshot.skeletons import KINECT_V1, SkeletonSequence

from .writer import write

Make = Callable[..., Exemplar]
Enrol = Callable[..., list[set[int]]]


@pytest.fixture(scope="session")
def exemplar() -> Make:
    """Makes the exemplar of an action and a number."""

    def make(action: str = "wave", number: int = 0, frames: int = 12) -> Exemplar:
        rng = np.random.default_rng(number)
        joints = rng.normal(0.0, 0.4, (1, frames, 20, 3)).astype(np.float32)
        present = np.ones((1, frames), bool)
        sequence = SkeletonSequence(joints, present, KINECT_V1, rate=30.0)
        name = f"{action} {number}.json"
        return Exemplar(action, sequence, name, f"/clips/{name}", digest_of(sequence))

    return make


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "moves.gallery"


@pytest.fixture(scope="session")
def once_filled(tmp_path_factory: pytest.TempPathFactory, exemplar: Make) -> Path:
    """A gallery of three actions, two exemplars each, with features and settings."""
    place = tmp_path_factory.mktemp("filled") / "moves.gallery"
    with Gallery.open(place, create=True) as gallery:
        shown = [exemplar(action, n) for n, action in enumerate(["wave", "sit", "jump"] * 2)]
        ids = gallery.add(shown)
        gallery.keep_features("one", {id_: np.full(4, id_, np.float32) for id_ in ids})
        gallery.settings = {"sides": "matter", "threshold": 0.5}
    return place


@pytest.fixture
def filled(once_filled: Path, place: Path) -> Path:
    """A copy of that gallery and its backup."""
    for file in once_filled.parent.iterdir():
        shutil.copyfile(file, place.with_name(file.name))
    return place


@pytest.fixture(scope="session")
def enrol() -> Enrol:
    """Enrols actions, each in a process of its own, and returns the numbers each was told.

    The processes are forked, since to import takes far longer than to enrol.
    """
    context = multiprocessing.get_context("fork")

    def enrol(place: Path | str, *actions: str, times: int, kills: int = 0) -> list[set[int]]:
        together, begun = context.Barrier(len(actions)), []
        for action in actions:
            reading, writing = os.pipe()
            words = (str(place), action, times, kills, together, writing)
            process = context.Process(target=write, args=words)
            process.start()
            os.close(writing)
            begun.append((process, reading))
        said = []
        for process, reading in begun:
            with os.fdopen(reading) as file:
                said.append({int(number) for number in file.read().split()})
            process.join(600)
            assert process.exitcode == 0
        return said

    return enrol
