"""The folder of a run: configuration, checkpoints, metrics and result."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, Field, NonNegativeInt
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.options import Options, read_document
from skelshot.ground.plans import Plan
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


class _Before(Options):
    """An encoder that a run began or learnt from; a run of these clips gives the digest alone."""

    model_config = ConfigDict(strict=True)

    encoder: str
    trained_on: str | None = None
    classes: list[str] = Field(default_factory=list)
    met: dict[str, list[str] | None] = Field(default_factory=dict)


class _Config(Options):
    """The entries of a configuration; some runs have fewer, none has more."""

    model_config = ConfigDict(strict=True)

    protocol: str | None = None
    draws_as: Any = None
    split: NonNegativeInt | None = None
    base: list[str] | None = None
    novel: list[str] | None = None
    data_hash: Any = None  # compared with the store's, which tells both
    teacher: Any = None
    options: Any = None
    start: _Before | None = None
    learns_from: list[_Before] = Field(default_factory=list)


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
    advice = "the file is damaged or of another version, pretrain again into another --out"
    read_document(_Config, config, str(folder / CONFIG), advice)
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


def _write_yaml(file: Path, document: object) -> None:
    with whole_file(file) as partial:
        partial.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


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
        """The trained encoder's file, written when all stages are done."""
        return self.checkpoints / ENCODER

    @property
    def method_file(self) -> Path:
        """The file of the few-shot method's weights, if it has any, written when all is done."""
        return self.checkpoints / METHOD

    @property
    def result_file(self) -> Path:
        """The result's file, written when the run is done."""
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

        def read(file: Path) -> dict[str, Any]:
            found = _read_mapping(file.parent)
            if options is not None and "options" in found:
                found["options"] = options()
            return found

        Plan(
            "a run",
            config,
            "use another --out, or the same options to go on",
            # they may have been found, not asked for
            {"options.input.sides": "use another --out, or --sides {found} to go on"},
        ).settle(self.path / CONFIG, read, _write_yaml)

    def save_stage(
        self, stage: str, epoch: int, tensors: Mapping[str, Tensor], optimizer: Mapping[str, Any]
    ) -> None:
        """Write the state after an epoch, see `write_state`."""
        write_state(self.checkpoints, stage, epoch, tensors, optimizer)
