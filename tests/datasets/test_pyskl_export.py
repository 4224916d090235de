"""The size of each clip's picture goes out with it."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.pyskl_export import export_pyskl
from skelshot.datasets.readers import Source
from skelshot.datasets.store import Store
from skelshot.skeletons.layouts import COCO_17

SIZES = {"bow": (320, 240), "sit": (1280, 720), "wave": None}


class Pictured(NpzReader):
    """Clips in pixels that know their picture, by name."""

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        for clip in super().read(source):
            assert isinstance(clip, Clip)
            yield replace(clip, sequence=replace(clip.sequence, picture_size=SIZES[clip.name]))


@pytest.mark.parametrize("told", [None, (480, 640)])
def test_height_comes_before_width(told: tuple[int, int] | None, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for name in SIZES:
        places = np.random.default_rng(0).uniform(20, 200, (1, 4, 17, 2))
        write_npz_clip(tmp_path / "raw" / f"{name}.npz", places, label=name, layout=COCO_17)
    prepare(Pictured(), tmp_path / "raw", tmp_path / "store")
    export_pyskl(Store.open(tmp_path / "store"), tmp_path / "out.pkl", img_shape=told)
    with (tmp_path / "out.pkl").open("rb") as file:
        written = pickle.load(file)["annotations"]  # noqa: S301 - our own
    annotations = {entry["frame_dir"]: entry for entry in written}
    expected = {"bow": (240, 320), "sit": (720, 1280)}
    for name, annotation in annotations.items():
        shape = expected.get(name) if told is None else told
        for key in ("img_shape", "original_shape"):
            assert annotation.get(key) == shape
            assert (key in annotation) == (shape is not None)
