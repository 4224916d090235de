"""The mini teacher that comes with the package."""

from importlib import resources
from pathlib import Path

import torch

from skelshot.ground import SkelshotError
from skelshot.ground.precision import Precision
from skelshot.teachers.models.loading import weight_files
from skelshot.teachers.models.xclip import XCLIPTeacher

MINI = "mini"
"""What the teacher is called."""

LICENCE = "Apache-2.0"
"""Licence of its weights: the project's own."""


def shipped_mini() -> Path:
    """Return the folder of the weights that come with the package.

    Returns:
        A transformers folder.

    Raises:
        SkelshotError: The package was put together without them.
    """
    folder = Path(str(resources.files("skelshot.teachers.mini") / "weights"))
    if not weight_files(folder):
        raise SkelshotError(
            f"--teacher {MINI}: this copy of Skelshot came without its weights; make them with "
            "`skelshot train-mini --out DIR` and pass --model DIR/model"
        )
    return folder


def load_mini(
    model: str | Path | None = None,
    *,
    device: str | torch.device = "cpu",
    precision: Precision = "float32",
) -> XCLIPTeacher:
    """Load a mini teacher.

    Args:
        model: A model folder that `skelshot train-mini` wrote; what ships with the package
            unless told.
        device: Where it runs.
        precision: What it calculates with.

    Returns:
        The teacher; its name is `mini`.

    Raises:
        SkelshotError: The folder holds no whole model.
    """
    folder = shipped_mini() if model is None else model
    return XCLIPTeacher(folder, device=device, precision=precision, name=MINI, licence=LICENCE)
