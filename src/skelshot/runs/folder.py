"""The folder of a run: configuration, checkpoints, metrics and result."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.options import problem_of
from skelshot.ground.yaml_text import read_yaml
from skelshot.runs.results import FILE as RESULT
from skelshot.runs.stage_states import write_state

CONFIG = "config.yaml"
ENCODER = "encoder.safetensors"
METHOD = "method.safetensors"
METRICS = "metrics.jsonl"
"""The files of a split; weights lie in its `checkpoints/`."""


def split_folder(run: Path | str, split: int) -> Path:
    """Name the folder of a split within a run.

    Args:
        run: The run's folder.
        split: The split's number.

    Returns:
        For example `RUN/split-03`.
    """
    return Path(run) / f"split-{split:02d}"


class _Config(BaseModel):
    """The entries of a configuration; some runs have fewer, none has more."""

    model_config = ConfigDict(strict=True, extra="forbid")

    protocol: str | None = None
    draws_as: Any = None
    split: NonNegativeInt | None = None
    base: list[str] | None = None
    novel: list[str] | None = None
    data_hash: Any = None  # compared with the store's, which tells both
    teacher: Any = None
    options: Any = None
    start: dict[str, str] | None = None


def read_config(folder: Path) -> dict[str, Any]:
    """Read the configuration that a split was trained with.

    Args:
        folder: The split's folder.

    Returns:
        What `config.yaml` holds.

    Raises:
        SkelshotError: It cannot be read or is no configuration.
    """
    config = _read_mapping(folder)
    try:
        _Config.model_validate(config)
    except ValidationError as error:
        raise SkelshotError(
            f"{folder / CONFIG}{problem_of(error, _Config)}; the file is damaged or of "
            "another version, pretrain again into another --out"
        ) from error
    return config


def _read_mapping(folder: Path) -> dict[str, Any]:
    file = folder / CONFIG
    config = read_yaml(file)
    if not isinstance(config, dict):
        raise SkelshotError(
            f"{file}: found {type(config).__name__}, expected the configuration of a run; "
            "pretrain again into another --out"
        )
    return config


class RunFolder:
    """One split's folder: `config.yaml`, `checkpoints/`, `metrics.jsonl`, `result.json`.

    Args:
        path: The folder; made if missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.checkpoints.mkdir(parents=True, exist_ok=True)

    @property
    def encoder_file(self) -> Path:
        """Where the trained encoder stands when all stages are done."""
        return self.checkpoints / ENCODER

    @property
    def method_file(self) -> Path:
        """Where the weights of the few-shot method stand, if it has any, when all is done."""
        return self.checkpoints / METHOD

    @property
    def result_file(self) -> Path:
        """Where the result stands when the run is done."""
        return self.path / RESULT

    def settle_config(
        self, config: Mapping[str, Any], options: Callable[[], Any] | None = None
    ) -> None:
        """Write the configuration, or check that it is the one the folder was begun with.

        Args:
            config: Everything that decides the numbers.
            options: Reads the options of the folder's configuration in today's form, as plain
                values; None compares them as they stand.

        Raises:
            SkelshotError: The folder holds a run with another configuration.
        """
        file = self.path / CONFIG
        wanted = json.loads(json.dumps(config))
        if not file.exists():
            with whole_file(file) as partial:
                partial.write_text(yaml.safe_dump(wanted, sort_keys=False), encoding="utf-8")
            return
        found = _read_mapping(self.path)
        if options is not None and "options" in found:
            found["options"] = options()
        if difference := first_difference(found, wanted):
            key, before, now = difference
            same = "the same options"
            if key == "options.input.sides":  # they may have been found, not asked for
                same = f"--sides {before or 'ignore'!s:.20}"
            raise SkelshotError(
                f"{file}: this run was begun with {key} = {before!r:.200}, the call asks for "
                f"{now!r:.200}; "
                f"use another --out, or {same} to go on"
            )

    def save_stage(
        self, stage: str, epoch: int, tensors: Mapping[str, Tensor], optimizer: Mapping[str, Any]
    ) -> None:
        """Write the state after an epoch, see `write_state`."""
        write_state(self.checkpoints, stage, epoch, tensors, optimizer)


def first_difference(found: Any, wanted: Any, key: str = "") -> tuple[str, Any, Any] | None:
    """Find the first place where two nested mappings differ.

    Args:
        found: What is there.
        wanted: What is asked for.
        key: Dotted name of the place, for the recursion.

    Returns:
        Dotted key, value found and value wanted; None when all is equal.

    Example:
        >>> first_difference({"a": {"b": 1}}, {"a": {"b": 2}})
        ('a.b', 1, 2)
    """
    if isinstance(found, dict) and isinstance(wanted, dict):
        for name in {**found, **wanted}:
            place = f"{key}.{name}".lstrip(".")
            if difference := first_difference(found.get(name), wanted.get(name), place):
                return difference
        return None
    return None if found == wanted else (key, found, wanted)
