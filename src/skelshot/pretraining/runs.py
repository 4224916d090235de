"""The folder of a run: configuration, checkpoints, metrics and result."""

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import load_file
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, whole_file, write_json
from skelshot.ground.printable import printable
from skelshot.ground.regular import check_regular
from skelshot.ground.tensor_files import write_tensors
from skelshot.ground.yaml_text import read_yaml
from skelshot.pretraining.options import PretrainOptions


def split_folder(run: Path, split: int) -> Path:
    """Name the folder of a split within a run.

    Args:
        run: The run's folder.
        split: The split's number.

    Returns:
        For example `RUN/split-03`.
    """
    return run / f"split-{split:02d}"


def read_config(folder: Path) -> dict[str, Any]:
    """Read the configuration that a split was trained with.

    Args:
        folder: The split's folder.

    Returns:
        What `config.yaml` holds.

    Raises:
        SkelshotError: It cannot be read or is no configuration.
    """
    file = folder / "config.yaml"
    config = read_yaml(file)
    if not isinstance(config, dict):
        raise SkelshotError(
            f"{file}: found {type(config).__name__}, expected the configuration of a run"
        )
    return config


def read_options(folder: Path) -> PretrainOptions:
    """Read the options that a split was trained with.

    Args:
        folder: The split's folder.

    Returns:
        The options of its configuration.

    Raises:
        SkelshotError: They cannot be read, or are no options of this version.
    """
    try:
        return PretrainOptions.read(read_config(folder).get("options"))
    except SkelshotError as error:
        raise SkelshotError(
            f"{folder / 'config.yaml'}: {error}; the file is damaged or of another version, "
            "pretrain again"
        ) from error


def read_result(folder: Path) -> dict[str, Any]:
    """Read the result of a split.

    Args:
        folder: The split's folder.

    Returns:
        What `result.json` holds.

    Raises:
        SkelshotError: It cannot be read or is no result.
    """
    file = folder / "result.json"
    result = read_json(file)
    if not isinstance(result, dict) or not {"split", "base", "seconds"} <= result.keys():
        raise SkelshotError(
            f"{file}: found no result of a split, expected split, base and seconds; delete it to "
            "train this split anew"
        )
    return result


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
        return self.checkpoints / "encoder.safetensors"

    @property
    def method_file(self) -> Path:
        """Where the weights of the few-shot method stand, if it has any, when all is done."""
        return self.checkpoints / "method.safetensors"

    @property
    def result_file(self) -> Path:
        """Where the result stands when the run is done."""
        return self.path / "result.json"

    def settle_config(self, config: Mapping[str, Any]) -> None:
        """Write the configuration, or check that it is the one the folder was begun with.

        Args:
            config: Everything that decides the numbers.

        Raises:
            SkelshotError: The folder holds a run with another configuration.
        """
        file = self.path / "config.yaml"
        wanted = json.loads(json.dumps(config))
        if not file.exists():
            with whole_file(file) as partial:
                partial.write_text(yaml.safe_dump(wanted, sort_keys=False), encoding="utf-8")
            return
        found = read_config(self.path)
        found["options"] = read_options(self.path).model_dump(mode="json")
        if difference := first_difference(found, wanted):
            key, before, now = difference
            same = "the same options"
            if key == "options.input.sides":  # they may have been found, not asked for
                same = f"--sides {before or 'ignore'}"
            raise SkelshotError(
                f"{file}: this run was begun with {key} = {before!r}, the call asks for {now!r}; "
                f"use another --out, or {same} to go on"
            )

    def save_stage(
        self, stage: str, epoch: int, tensors: Mapping[str, Tensor], optimiser: Mapping[str, Any]
    ) -> None:
        """Write the state after an epoch; the one before is removed when this one is whole.

        The optimiser goes first: where the weights stand, all of the state stands.

        Args:
            stage: The stage's name.
            epoch: Epochs done.
            tensors: The stage's weights and buffers.
            optimiser: The optimiser's `state_dict`, tensors and plain values only.
        """
        stem = f"{stage}-{epoch:05d}"
        before = [file for file in self.checkpoints.glob(f"{stage}-*") if file.stem != stem]
        state = BytesIO()  # PyTorch tells a full disk in many lines
        torch.save(dict(optimiser), state)
        with whole_file(self.checkpoints / f"{stem}.optimiser") as partial:
            partial.write_bytes(state.getbuffer())
        write_tensors(self.checkpoints / f"{stem}.safetensors", tensors)
        for file in before:
            file.unlink()

    def load_stage(self, stage: str) -> tuple[int, dict[str, Tensor], dict[str, Any]] | None:
        """Read the newest whole state of a stage.

        Args:
            stage: The stage's name.

        Returns:
            Epochs done, weights and optimiser state; None when the stage has none yet.

        Raises:
            SkelshotError: A checkpoint is corrupt.
        """
        files = sorted(self.checkpoints.glob(f"{stage}-*.safetensors"))
        if not files:
            return None
        file = files[-1]
        for part in (file, file.with_suffix(".optimiser")):
            check_regular(part)
        try:
            tensors = load_file(file)
            optimiser = torch.load(file.with_suffix(".optimiser"), weights_only=True)
        except Exception as error:  # from damaged bytes PyTorch makes errors of nearly any kind
            raise SkelshotError(
                f"{file}: the checkpoint is corrupt ({printable(str(error), 200)}); delete "
                f"{stage}-* in its folder to train this stage anew"
            ) from error
        return int(file.stem.rpartition("-")[2]), tensors, optimiser

    def clear_stages(self) -> None:
        """Remove the states of all stages, once the encoder itself is written."""
        for pattern in ("*.optimiser", "*-[0-9][0-9][0-9][0-9][0-9].safetensors"):
            for file in self.checkpoints.glob(pattern):
                file.unlink()

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Write `result.json`, which marks the run as done.

        Args:
            result: What came out.
        """
        write_json(self.result_file, result)


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
