"""Model files of the estimator `litert`: where they lie, and whether they are whole."""

import os
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import yaml
from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.options import Options

VARIABLE = "SKELSHOT_POSE_MODELS"
"""The environment variable that names the folder of model files."""


class ModelFile(Options):
    """One row of `models.yaml`.

    Args:
        sha256: The file's hash.
        bytes: Its size.
        package: Where it travels.
        made_by: Who made it.
        also: Hashes of files that hold the same network in another wrapping.
    """

    described: ClassVar[str] = "pose model file"

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=1)
    package: str
    made_by: str
    also: tuple[str, ...] = ()

    @property
    def hashes(self) -> tuple[str, ...]:
        """All hashes under which it is known."""
        return (self.sha256, *self.also)


@cache
def model_table() -> dict[str, ModelFile]:
    """Read the table of model files that ships with the package.

    Returns:
        The rows by name.

    Example:
        >>> sorted(model_table())[0]
        'movenet_multipose'
    """
    text = files("skelshot.pose").joinpath("models.yaml").read_text("utf-8")
    return {name: ModelFile(**row) for name, row in yaml.safe_load(text).items()}


def model_folder(told: Path | None = None) -> Path:
    """Return the folder of model files.

    Args:
        told: The one that was asked for, if any.

    Returns:
        That, else the one that the environment variable `SKELSHOT_POSE_MODELS` names, else one in
        the user's cache.

    Example:
        >>> model_folder(Path("models")).name
        'models'
    """
    if told is not None:
        return told
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return _user_cache() / "skelshot" / "pose-models"


def model_file(name: str, folder: Path | None = None) -> Path:
    """Find a model file and check that it is whole.

    Args:
        name: A name of `model_table`.
        folder: As for `model_folder`.

    Returns:
        The file.

    Raises:
        SkelshotError: It is not there or is another file.
    """
    row = model_table()[name]
    path = model_folder(folder) / f"{name}.tflite"
    if not path.is_file():
        raise SkelshotError(
            f"{path}: no such model file; it travels in {row.package}: fetch it, then skelshot "
            "pose-models --from FILE, or name the folder that has it with --models"
        )
    try:
        found = sha256_of(path)
    except OSError as error:
        raise SkelshotError(f"{path}: cannot be read ({error.strerror})") from error
    if found not in row.hashes:
        raise SkelshotError(
            f"{path}: found the sha256 {found}, expected {row.sha256}; write it anew with skelshot "
            f"pose-models --from FILE, of {row.package}"
        )
    return path


def _user_cache() -> Path:
    """Return where this system keeps a user's caches."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
