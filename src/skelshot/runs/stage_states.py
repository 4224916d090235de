"""The state of a stage between two epochs: its weights and its optimizer's, in two files."""

import hashlib
import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer

from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import read_digested, write_digested
from skelshot.ground.files import sha256_of, whole_file
from skelshot.ground.printable import printable
from skelshot.ground.regular import check_regular

State = tuple[int, dict[str, Tensor], dict[str, Any]]
"""Epochs done, weights by name, and the optimizer's `state_dict`."""


def write_state(
    folder: Path,
    stage: str,
    epoch: int,
    tensors: Mapping[str, Tensor],
    optimizer: Mapping[str, Any],
) -> None:
    """Write the state after an epoch; the one before is removed when this one is whole.

    The optimizer goes first: where the weights stand, all of the state stands. The weights'
    file says whose state it is, and holds the digests of both.

    Args:
        folder: Where states go.
        stage: The stage's name.
        epoch: Epochs done.
        tensors: The stage's weights and buffers.
        optimizer: The optimizer's `state_dict`, tensors and plain values only.
    """
    stem = f"{stage}-{epoch:05d}"
    before = [file for file in folder.glob(f"{stage}-*") if file.stem != stem]
    state = BytesIO()  # PyTorch tells a full disk in many lines
    torch.save(dict(optimizer), state)
    with whole_file(folder / f"{stem}.optimiser") as partial:
        partial.write_bytes(state.getbuffer())
    digest = hashlib.sha256(state.getbuffer()).hexdigest()
    notes = {"state": stem, "optimizer": digest}
    write_digested(folder / f"{stem}.safetensors", tensors, notes)
    for file in before:
        file.unlink()


def read_state(folder: Path, stage: str) -> State | None:
    """Read the newest whole state of a stage.

    States of earlier versions have no digests and are taken as they are.

    Args:
        folder: Where states are.
        stage: The stage's name.

    Returns:
        The state; None when the stage has none yet.

    Raises:
        SkelshotError: A file is damaged, or is not the state that its name says.
    """
    files = sorted(folder.glob(f"{stage}-*.safetensors"))
    if not files:
        return None
    file = files[-1]
    if not re.fullmatch(r"-[0-9]{5}", file.stem.removeprefix(stage)):
        raise corrupt(file, stage, f"found this name, expected {stage}-EPOCH in five digits")
    optimizer_file = file.with_suffix(".optimiser")
    check_regular(file)
    check_regular(optimizer_file)
    try:
        tensors, notes, _ = read_digested(file)
        if notes and (notes.get("state"), notes.get("optimizer")) != (
            file.stem,
            sha256_of(optimizer_file),
        ):
            raise SkelshotError(
                f"found the state {notes.get('state')}, or an optimizer of another SHA-256 than "
                f"{notes.get('optimizer')!s:.12} in {optimizer_file.name}"
            )
        optimizer = torch.load(optimizer_file, weights_only=True)
    except Exception as error:  # from damaged bytes PyTorch makes errors of nearly any kind
        raise corrupt(file, stage, printable(str(error), 200)) from error
    return int(file.stem[-5:]), tensors, optimizer


def clear_states(folder: Path) -> None:
    """Remove the states of all stages.

    Args:
        folder: Where states are.
    """
    for pattern in ("*.optimiser", "*-[0-9][0-9][0-9][0-9][0-9].safetensors"):
        for file in folder.glob(pattern):
            file.unlink()


def restore(folder: Path, name: str, stage: nn.Module, epochs: int, optimizer: Optimizer) -> int:
    """Give a stage and its optimizer the newest state, if there is one.

    Args:
        folder: Where states are.
        name: The stage's name.
        stage: Changed in place, once the state is known to fit.
        epochs: How many the stage has in all.
        optimizer: Changed likewise.

    Returns:
        Epochs done.

    Raises:
        SkelshotError: The state is damaged, or of another stage or optimizer.
    """
    state = read_state(folder, name)
    if state is None:
        return 0
    done, tensors, optimizer_state = state
    file = folder / f"{name}-{done:05d}.safetensors"
    if done > epochs:
        raise corrupt(file, name, f"found {done} epochs done, expected at most {epochs}")
    if unlike := _unlike(tensors, stage.state_dict()):
        raise corrupt(file, name, unlike)
    try:
        problem = _unfit(optimizer_state, optimizer)
    except Exception as error:  # it may hold anything in place of anything
        problem = f"found no state of an optimizer ({printable(str(error), 80)})"
    if problem:
        raise corrupt(file.with_suffix(".optimiser"), name, problem)
    stage.load_state_dict(tensors)
    optimizer.load_state_dict(optimizer_state)
    return done


def corrupt(file: Path, stage: str, reason: str) -> SkelshotError:
    """Say that a state is damaged, and what to do."""
    return SkelshotError(
        f"{file}: the checkpoint is corrupt ({reason}); delete {stage}-* in its folder to train "
        "this stage anew"
    )


def _unlike(found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> str | None:
    """Name the first tensor that is absent, unknown, of another form or not finite."""
    for name in sorted({*found, *expected}):
        theirs, ours = (_form(tensors.get(name)) for tensors in (found, expected))
        if theirs != ours:
            return f"tensor {name!r:.80}: found {theirs}, expected {ours}"
        if not bool(torch.isfinite(found[name]).all()):
            return f"tensor {name!r:.80}: found NaN or infinity, expected finite values"
    return None


def _form(tensor: Tensor | None) -> str:
    return "none" if tensor is None else f"{tuple(tensor.shape)} of {tensor.dtype}"


def _unfit(state: Any, optimizer: Optimizer) -> str | None:
    """Name the first thing in a `state_dict` that the optimizer would fail at."""
    if not isinstance(state, dict):
        return f"found {type(state).__name__}, expected the state of an optimizer"
    own = optimizer.state_dict()
    groups = state["param_groups"]
    if [set(group) for group in groups] != [set(group) for group in own["param_groups"]]:
        return f"found {len(groups)} groups of other settings than this optimizer has"
    for found, expected in zip(groups, own["param_groups"], strict=True):
        for key, value in expected.items():
            kinds = (int, float) if type(value) in (int, float) else type(value)
            if not isinstance(found[key], kinds) or (key == "params" and found[key] != value):
                return f"{key}: found {found[key]!r:.40}, expected as {value!r:.40}"
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    wanted = _kept_by(optimizer)
    for number, values in state["state"].items():
        if not 0 <= number < len(parameters) or set(values) not in wanted:
            expected = " or ".join(", ".join(sorted(names)) for names in wanted)
            return f"parameter {number!r:.20}: found {sorted(values)!r:.80}, expected {expected}"
        for key, value in values.items():
            if value is None and key == "momentum_buffer":
                continue
            shape = () if key == "step" else tuple(parameters[number].shape)
            if tuple(value.shape) != shape or not bool(torch.isfinite(value).all()):
                return f"parameter {number}, {key}: found {_form(value)}, expected finite {shape}"
    return None


def _kept_by(optimizer: Optimizer) -> list[set[str]]:
    """List what an optimizer may keep of a parameter; one made of others keeps either."""
    momentum, moments = {"momentum_buffer"}, {"step", "exp_avg", "exp_avg_sq"}
    if isinstance(optimizer, SGD):
        return [momentum]
    return [moments] if isinstance(optimizer, Adam) else [momentum, moments]
