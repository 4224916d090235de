"""The contract of a command, and arguments that several commands share."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """A command of the command line.

    Args:
        name: The word that calls it.
        help: One sentence.
        arguments: Adds its arguments to a parser.
        run: Does the work and returns the JSON document.
        show: Turns that document into text for people.
        failed: Tells from that document whether something is left for the caller to mend; the
            document is printed and the command line leaves with code 2.
        lower: Options that take less memory when they are lowered.
    """

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Document]
    show: Callable[[Document], str]
    failed: Callable[[Document], bool] = lambda document: False
    lower: str = ""


def add_settings(parser: argparse.ArgumentParser, of_run: bool = False) -> None:
    """Add the arguments that choose and change a preset.

    Args:
        parser: The command's parser.
        of_run: Whether the preset of a run is the one to take unless another is named.
    """
    usual = "the run's own, else cpu" if of_run else "cpu"
    parser.add_argument(
        "--preset",
        default=None if of_run else "cpu",
        help=f"cpu, paper, smoke, or a .yaml file (default: {usual})",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="KEY=VALUE",
        help="change one value of the preset, such as strategy.epochs=5",
    )
    parser.add_argument("--threads", type=int, help="processor threads that PyTorch may use")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add the argument that chooses the device; it is None where nothing is said.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="cpu, cuda, cuda:1, mps, or auto: a GPU where there is one (default: auto)",
    )


def add_sides(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says whether left and right are different actions.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "--sides",
        choices=["auto", "matter", "ignore"],
        default="auto",
        help="whether a clip and its mirror image are different actions; auto: as the store says, "
        "or where classes mirror each other by name or motion (default: auto)",
    )


def add_splits(parser: argparse.ArgumentParser, every: str = "all") -> None:
    """Add the argument that chooses splits.

    Args:
        parser: The command's parser.
        every: What stands for all of them, as the help says it.
    """
    parser.add_argument(
        "--split",
        nargs="+",
        default=["all"],
        metavar="N",
        help=f"numbers of splits, or all (default: {every})",
    )


def splits_of(words: list[str]) -> list[int] | None:
    """Read which splits are chosen.

    Args:
        words: From `--split`.

    Returns:
        Their numbers; None for all.

    Raises:
        SkelshotError: They are neither numbers nor `all` alone.

    Example:
        >>> splits_of(["0", "3"]), splits_of(["all"])
        ([0, 3], None)
    """
    from skelshot.ground import SkelshotError

    if words == ["all"]:
        return None
    for word in words:
        if not (word.isdecimal() and len(word) < 10):
            raise SkelshotError(
                f"--split: found {word[:40]!r}, expected a number or all; give several as "
                "--split 0 1 2, and all alone"
            )
    return [int(word) for word in words]


def use_threads(count: int | None) -> None:
    """Set the number of processor threads, if one is given.

    Args:
        count: From `--threads`.

    Raises:
        SkelshotError: It is not 1 to 1024.
    """
    import torch

    from skelshot.ground import SkelshotError

    if count is None:
        return
    if not 1 <= count <= 1024:
        raise SkelshotError(f"--threads: found {count}, expected at least 1 and at most 1024")
    torch.set_num_threads(count)


def percent(value: float | None) -> str:
    """Write a fraction as percent with one decimal.

    Args:
        value: The fraction, or None.

    Returns:
        For example `61.4`; a dash for None.

    Example:
        >>> percent(0.6139), percent(None)
        ('61.4', '-')
    """
    return "-" if value is None else f"{100 * value:.1f}"
