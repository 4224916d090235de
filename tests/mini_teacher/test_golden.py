"""Golden digests: composed captions, a filmed clip and the weights after each stage."""

import hashlib
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from skelshot.ground.environment import environment
from skelshot.mini_teacher.bank import read_bank, write_bank
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.training import train_mini

GOLDEN = Path(__file__).parent / "golden.json"


def _machine() -> str:
    return f"{environment()['processor']}, torch {torch.__version__}"


def golden_bank(folder: Path) -> dict[str, str]:
    """Compose four actions and film a clip of each."""
    write_bank(folder, seed=3, clips=4, actions=4, frames=2, size=32, workers=1)
    bank = read_bank(folder)
    said = json.dumps([bank.captions, bank.parts]).encode()
    filmed = np.asarray(bank.frames).tobytes() + np.asarray(bank.joints).tobytes()
    return {
        "captions": hashlib.sha256(said).hexdigest(),
        "clips": hashlib.sha256(filmed).hexdigest(),
    }


def golden_weights(boxes: Path, tiny: Recipe, folder: Path) -> dict[str, tuple[str, float]]:
    """Train up to each stage; digest and summed magnitude of the weights."""
    found = {}
    names = list(tiny.stages)
    for last, name in enumerate(names):
        passes = {
            other: tiny.stages[other].model_copy(update={"passes": 0})
            for other in names[last + 1 :]
        }
        model = train_mini(partial(read_bank, boxes), tiny.model_copy(update=passes), folder / name)
        digest, size = hashlib.sha256(), 0.0
        for key, value in sorted(model.state_dict().items()):
            digest.update(key.encode() + value.contiguous().numpy().tobytes())
            size += float(value.double().abs().sum())
        found[name] = (digest.hexdigest(), size)
    return found


def test_captions_and_clips_are_those_of_before(tmp_path: Path) -> None:
    golden = json.loads(GOLDEN.read_text())
    assert golden_bank(tmp_path / "bank") == golden["bank"]


@pytest.mark.teachers
def test_weights_are_those_of_before(boxes: Path, tiny: Recipe, tmp_path: Path) -> None:
    """To the bit on the machine of the record, nearly elsewhere."""
    golden = json.loads(GOLDEN.read_text())
    found = golden_weights(boxes, tiny, tmp_path)
    for (digest, size), (wanted, near) in zip(
        found.values(), golden["weights"].values(), strict=True
    ):
        assert size == pytest.approx(near, rel=5e-3)
        assert digest == wanted or _machine() != golden["machine"]
