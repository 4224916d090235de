"""Devices that networks run on, by the names that users type."""

import re

import torch

from skelshot.ground.errors import SkelshotError

_NAME = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


def chosen_device(name: str | torch.device, option: str = "--device") -> torch.device:
    """Find a device by its name.

    Args:
        name: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for a GPU where there is one.
        option: Where it was given, as the message begins.

    Returns:
        The device.

    Raises:
        SkelshotError: It is no name of a device, or there is none of that name here; the message
            tells what there is.

    Example:
        >>> chosen_device("cpu")
        device(type='cpu')
    """
    if isinstance(name, torch.device):
        name = str(name)
    if not _NAME.fullmatch(name):
        raise SkelshotError(
            f"{option}: found {name[:80]!r}, expected cpu, cuda, cuda:1, mps, or auto for a GPU "
            "where there is one"
        )
    there = _devices()
    if name == "auto":
        name = next((kind for kind in ("cuda", "mps") if kind in there), "cpu")
    if name not in there:
        raise SkelshotError(
            f"{option}: {name} is not there, found {', '.join(there)}; {_advice(name, there)}"
        )
    return torch.device(name)


def is_there(name: str) -> bool:
    """Tell whether this machine has a device.

    Args:
        name: As for `chosen_device`.

    Returns:
        Whether it has.

    Example:
        >>> is_there("cpu"), is_there("cuda:999")
        (True, False)
    """
    return name in _devices()


def _devices() -> list[str]:
    """List the names of the devices there are, the processor last."""
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    there = ["cuda"] if cards else []
    there += [f"cuda:{number}" for number in range(cards)]
    there += ["mps"] if torch.backends.mps.is_available() else []
    return [*there, "cpu"]


def _advice(name: str, there: list[str]) -> str:
    """Say what to do about a device that is not there."""
    if name.startswith("cuda") and torch.version.cuda is None:
        return "this PyTorch is built without CUDA: install one that has it, or use cpu"
    return f"use {there[0]}" if len(there) > 1 else "use cpu, or look at the machine's driver"
