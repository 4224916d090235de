"""A made-up bank that a tiny model learns in seconds: a box that is moved, in two sizes."""

import json
from pathlib import Path

import numpy as np
import pytest

from skelshot.mini_teacher.recipe import MiniStageOptions, ModelShape, Recipe

WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
COLOURS = {"red": (230, 40, 40), "green": (40, 200, 40), "blue": (40, 60, 230), "white": (250,) * 3}
FRAMES, SIZE = 2, 16


def write_boxes(folder: Path, clips: int = 128) -> Path:
    """Write a bank in the form that `read_bank` opens: 16 actions, 2 of them held out."""
    rng = np.random.default_rng(0)
    pairs = [(colour, way) for colour in COLOURS for way in WAYS]
    action = (np.arange(clips) % len(pairs)).astype(np.int32)
    frames = np.empty((clips, FRAMES, SIZE, SIZE, 3), np.uint8)
    joints = np.full((clips, FRAMES, 2, 25, 2), np.nan, np.float16)
    for row, number in enumerate(action):
        colour, way = pairs[number]
        frames[row] = rng.integers(60, 180, 3)
        for t in range(FRAMES):
            x, y = (6 + 4 * (2 * t - 1) * np.array(WAYS[way])).tolist()
            frames[row, t, y : y + 5, x : x + 5] = COLOURS[colour]
            joints[row, t, 0] = (x + 2.5) / SIZE, (y + 2.5) / SIZE
    actions = [
        {
            "captions": [f"moves a {colour} box {way}", f"{way} goes the {colour} box"],
            "parts": [colour, way],
            "held_out": number in (5, 10),
        }
        for number, (colour, way) in enumerate(pairs)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in (("frames", frames), ("actions", action), ("joints", joints)):
        np.save(folder / f"{name}.npy", array)
    document = {"shape": list(frames.shape), "digest": "b0e5" * 16, "actions": actions}
    (folder / "bank.json").write_text(json.dumps(document))
    return folder


@pytest.fixture(scope="session")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bank's folder."""
    return write_boxes(tmp_path_factory.mktemp("boxes"))


@pytest.fixture(scope="session")
def tiny() -> Recipe:
    """A recipe of a few steps for a model of two small layers; boxes may not be mirrored."""
    shape = ModelShape(
        frames=FRAMES,
        size=SIZE,
        patch=4,
        width=32,
        layers=1,
        heads=2,
        hidden=64,
        time_layers=1,
        dim=32,
        dim_heads=2,
        text_width=32,
        text_layers=1,
        context=64,
        vocabulary=700,
    )
    return Recipe(
        shape=shape,
        seeing=MiniStageOptions(passes=32, batch=8),
        understanding=MiniStageOptions(passes=32, batch=8),
        together=MiniStageOptions(passes=48, batch=8),
        more_texts=4,
        lr=3e-3,
        mirror=0.0,
    )
