"""A bank of clips on disk: filmed once, read by memory map as often as training wants."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from pydantic import ConfigDict

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping, whole_file, write_json
from skelshot.ground.locks import only_writer
from skelshot.ground.mapped import fresh_map
from skelshot.ground.options import Options
from skelshot.ground.plans import Plan
from skelshot.ground.processes import done_by_processes
from skelshot.ground.progress import progress_bar
from skelshot.ground.regular import check_regular
from skelshot.ground.seeding import rng_for
from skelshot.mini_teacher.composing import ComposedAction, compose
from skelshot.mini_teacher.filming import PEOPLE, shoot
from skelshot.skeletons.layouts import KINECT_V2

VERSION = 2
"""Of what is composed and filmed; a change that alters pictures or captions is a new one."""

CHUNK = 64
"""Clips that are kept together when writing is interrupted."""

HELD_OUT_CLIPS = 4
"""Clips of each held-out action."""

_PLAN, _DOCUMENT, _ACTIONS = "plan.json", "bank.json", "actions.npy"
_FRAMES, _JOINTS = "frames.npy", "joints.npy"


@dataclass(frozen=True, eq=False)
class ClipBank:
    """Filmed clips of composed actions.

    Args:
        frames: RGB pictures (n, T, S, S, 3), a memory map.
        action: Which action each clip shows (n,).
        captions: Wordings of each action.
        held_out: Which actions join parts that never meet in training (actions,).
        digest: SHA-256 of the actions, the settings and the seed.
        parts: What each action is composed of.
        joints: Where people's joints are in the pictures, as `filming.Shot` has them
            (n, T, 2, 25, 2), a memory map.
    """

    frames: np.memmap[Any, np.dtype[np.uint8]]
    action: NDArray[np.int32]
    captions: tuple[tuple[str, ...], ...]
    held_out: NDArray[np.bool_]
    digest: str
    parts: tuple[tuple[str, ...], ...]
    joints: np.memmap[Any, np.dtype[np.float16]]


class _Action(Options):
    """One action in `bank.json`."""

    captions: tuple[str, ...]
    parts: tuple[str, ...]
    held_out: bool


class _Document(Options):
    """The document `bank.json`."""

    model_config = ConfigDict(extra="ignore")

    shape: tuple[int, ...]
    digest: str
    actions: tuple[_Action, ...]


@dataclass(frozen=True)
class _Plan:
    """Settings of a bank, from which a worker process makes the rest."""

    folder: Path
    seed: int
    clips: int
    actions: int
    frames: int
    size: int

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.clips, self.frames, self.size, self.size, 3)

    @property
    def arrays(self) -> dict[str, tuple[type[np.generic], tuple[int, ...]]]:
        """Type and shape of the big files by name."""
        joints = (self.clips, self.frames, PEOPLE, len(KINECT_V2.joints), 2)
        return {_FRAMES: (np.uint8, self.shape), _JOINTS: (np.float16, joints)}

    def partial(self, name: str) -> Path:
        """Return where a big file grows."""
        return self.folder / f".{name}.partial"

    def mark(self, chunk: int) -> Path:
        """Return the empty file that tells that a chunk is whole."""
        return self.folder / "done" / f"{chunk:06d}"


def write_bank(
    folder: Path | str,
    *,
    seed: int,
    clips: int,
    actions: int,
    frames: int = 8,
    size: int = 96,
    workers: int = 1,
) -> Path:
    """Film a bank; after a kill the same call films what is missing.

    Each clip depends on the seed and its own number alone, so neither interruptions nor the
    number of workers change the bank.

    Args:
        folder: Where to; made if missing.
        seed: Actions and clips follow from it.
        clips: Clips altogether: 4 of each held-out action, the others shared evenly.
        actions: How many actions are composed.
        frames: Frames a clip.
        size: Side of the pictures in pixels.
        workers: Processes.

    Returns:
        The folder.

    Raises:
        SkelshotError: The folder holds another bank, another process writes it, or a number is
            out of range.
    """
    folder = Path(folder)
    if min(frames, workers, actions) < 1 or size < 16 or clips < actions:
        raise SkelshotError(
            f"bank: found {clips} clips of {actions} actions, {frames} frames of {size} pixels and "
            f"{workers} workers, expected at least a clip an action, 1 frame, 16 pixels, 1 worker"
        )
    plan = _Plan(folder, seed, clips, actions, frames, size)
    (folder / "done").mkdir(parents=True, exist_ok=True)
    with only_writer(folder, "train-mini", folder / ".lock"):
        composed = compose(seed, actions)
        document = _described(plan, composed)
        if _settled(plan, document["digest"]):
            return folder
        shares = shared_clips(np.array([one.held_out for one in composed]), clips, seed)
        todo = [at for at in range(0, clips, CHUNK) if not plan.mark(at).exists()]
        done = clips - sum(min(CHUNK, clips - at) for at in todo)
        with progress_bar("clips", total=clips, done=done) as bar:
            for count in done_by_processes(partial(_film_chunk, plan), todo, workers):
                bar.advance(count)
        with whole_file(folder / _ACTIONS) as whole, whole.open("wb") as handle:
            np.save(handle, shares)
        for name in plan.arrays:
            plan.partial(name).replace(folder / name)
        write_json(folder / _DOCUMENT, document)
        for mark in (folder / "done").iterdir():
            mark.unlink()
        (folder / "done").rmdir()
    return folder


def read_bank(folder: Path | str) -> ClipBank:
    """Open a bank.

    Args:
        folder: What `write_bank` filled.

    Returns:
        The bank; its pictures stay on disk.

    Raises:
        SkelshotError: The folder holds no whole bank.
    """
    folder = Path(folder)
    if not (folder / _DOCUMENT).exists():
        raise SkelshotError(
            f"{folder}: found no whole bank of clips, expected {_DOCUMENT}; write it"
        )
    try:
        document = _Document.model_validate(read_mapping(folder / _DOCUMENT))
    except SkelshotError as error:
        raise SkelshotError(f"{folder / _DOCUMENT}: {error}; write the bank again") from error
    try:
        for name in (_FRAMES, _JOINTS, _ACTIONS):
            check_regular(folder / name)
        frames = open_memmap(folder / _FRAMES, mode="r")
        joints = open_memmap(folder / _JOINTS, mode="r")
        action = open_memmap(folder / _ACTIONS, mode="r").astype(np.int32)
    except (OSError, ValueError, TypeError) as error:
        raise SkelshotError(f"{folder}: {error}; write the bank again") from error
    wanted = document.shape
    if frames.shape != wanted or action.shape != wanted[:1] or joints.shape[:2] != wanted[:2]:
        raise SkelshotError(
            f"{folder}: found frames {frames.shape}, joints {joints.shape} and actions "
            f"{action.shape}, expected frames {wanted}; write the bank again"
        )
    return ClipBank(
        frames,
        action,
        tuple(row.captions for row in document.actions),
        np.array([row.held_out for row in document.actions], dtype=bool),
        document.digest,
        tuple(row.parts for row in document.actions),
        joints,
    )


def shared_clips(held_out: NDArray[np.bool_], clips: int, seed: int) -> NDArray[np.int32]:
    """Share clips among actions.

    Args:
        held_out: Which actions are held out (actions,).
        clips: Clips altogether, at least one an action.
        seed: Decides the order.

    Returns:
        The action of each clip (clips,), in random order.

    Example:
        >>> shares = shared_clips(np.array([False, True, False]), 20, 0)
        >>> np.bincount(shares).tolist()
        [8, 4, 8]
    """
    few, many = np.flatnonzero(held_out), np.flatnonzero(~held_out)
    if not len(many):
        few, many = many, few
    each = min(HELD_OUT_CLIPS, clips // len(held_out))
    rest = clips - each * len(few)
    shares = np.concatenate([np.repeat(few, each), np.resize(many, rest)]).astype(np.int32)
    order = rng_for("mini teacher", "order", seed).permutation(clips)
    shuffled: NDArray[np.int32] = shares[order]
    return shuffled


def _described(plan: _Plan, composed: tuple[ComposedAction, ...]) -> dict[str, Any]:
    settings = {"version": VERSION, "seed": plan.seed, "shape": list(plan.shape)}
    rows = [
        {"captions": one.captions, "parts": one.parts, "held_out": one.held_out} for one in composed
    ]
    digest = hashlib.sha256(json.dumps([settings, rows]).encode())
    for one in composed:
        digest.update(repr(one.program).encode())
    return {**settings, "digest": digest.hexdigest(), "actions": rows}


def _settled(plan: _Plan, digest: str) -> bool:
    """Note what the folder is to hold, or refuse to mix; tell whether all of it is there."""
    note = plan.folder / _PLAN
    advice = "use another folder or the same seed, numbers and version"
    begun = Plan("a bank of clips", {"digest": digest}, advice)
    if there := note.exists():
        begun.settle(note)
    if (plan.folder / _DOCUMENT).exists():
        (plan.folder / "done").rmdir()
        return True
    if there and all(plan.partial(name).exists() for name in plan.arrays):
        return False
    for mark in (plan.folder / "done").iterdir():
        mark.unlink()
    for name, (kind, shape) in plan.arrays.items():
        fresh_map(plan.partial(name), kind, shape).flush()
    begun.settle(note)  # last, so that files that a kill cut short are made again
    return False


_actions_of = cache(compose)


def _film_chunk(plan: _Plan, at: int) -> int:
    """Film some clips into their place of the big file; the mark comes when they are there."""
    composed = _actions_of(plan.seed, plan.actions)
    shares = shared_clips(np.array([one.held_out for one in composed]), plan.clips, plan.seed)
    frames, joints = (open_memmap(plan.partial(name), mode="r+") for name in plan.arrays)
    end = min(at + CHUNK, plan.clips)
    for number in range(at, end):
        rng = rng_for("mini teacher", "clip", plan.seed, number)
        action = composed[shares[number]]
        shot = shoot(action.program, rng, frames=plan.frames, size=plan.size)
        frames[number], joints[number] = shot.pictures, shot.joints
    frames.flush()
    joints.flush()
    plan.mark(at).touch()
    return end - at
