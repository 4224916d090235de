"""A small PKU-MMD folder, laid out as the archives unpack."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SKELETONS, LABELS = "Data/PKU_Skeleton_Renew", "Label/Train_Label_PKU_final"


def skeleton_lines(frames: int, persons: int = 1, seed: int = 0) -> list[str]:
    """Lines of a skeleton file: people who move a little, zeros where nobody is."""
    rng = np.random.default_rng(seed)
    places = rng.normal([0, 0.2, 2.6], [0.2, 0.5, 0.1], (1, persons, 25, 3))
    moved = places + rng.normal(0, 0.01, (frames, persons, 25, 3)).cumsum(axis=0)
    rows = np.zeros((frames, 2, 25, 3))
    rows[:, :persons] = moved
    return [" ".join(f"{number:.6f}" for number in row.ravel()) for row in rows]


@pytest.fixture
def lines() -> Callable[..., list[str]]:
    """`skeleton_lines`, for tests that change some."""
    return skeleton_lines


@pytest.fixture
def write_recording(tmp_path: Path) -> Callable[..., Path]:
    """Write both files of a recording into `raw/`; returns that folder."""

    def write(
        name: str = "0002-L",
        labels: str | bytes | None = "8,10,40,2\n16,50,90,1\n",
        skeletons: list[str] | None = None,
        end: str = "\n",
    ) -> Path:
        raw = tmp_path / "raw"
        for folder in (SKELETONS, LABELS):
            (raw / folder).mkdir(parents=True, exist_ok=True)
        rows = skeleton_lines(100, seed=sum(name.encode())) if skeletons is None else skeletons
        (raw / SKELETONS / f"{name}.txt").write_bytes(end.join([*rows, ""]).encode())
        if labels is not None:
            content = labels if isinstance(labels, bytes) else labels.encode()
            (raw / LABELS / f"{name}.txt").write_bytes(content)
        return raw

    return write


@pytest.fixture
def write_split(tmp_path: Path) -> Callable[..., Path]:
    """Write a split list into `raw/Split/`, as the authors write them."""

    def write(name: str, train: str, val: str, text: str | None = None) -> Path:
        folder = tmp_path / "raw" / "Split"
        folder.mkdir(parents=True, exist_ok=True)
        whole = f"Training videos: \n{train}\n\nValidataion videos: \n{val}\n"
        (folder / name).write_text(whole if text is None else text)
        return folder / name

    return write
