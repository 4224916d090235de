"""`skelshot synth`: a synthetic data set in NTU's own format, or in that of another one."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document
from skelshot.commands.video_words import size_of

if TYPE_CHECKING:
    from skelshot.synthesis.synthesise import SynthesisReport


FORMATS = ("ntu", "pku-mmd", "msr-action-pairs", "composed")
"""The formats that are written."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="RAW", help="folder to write")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="ntu",
        help="whose format and classes; composed: further actions, .npz files (default: ntu)",
    )
    parser.add_argument(
        "--classes",
        nargs="+",
        metavar="N",
        help="N for classes 1 to N, or ranges and numbers such as 1-60 A114 (default: all; "
        "composed: 240)",
    )
    parser.add_argument(
        "--performers",
        type=int,
        help="how many people (default: 8; msr-action-pairs: 10; composed: 3)",
    )
    parser.add_argument(
        "--cameras",
        type=int,
        nargs="+",
        metavar="C",
        help="default: 1 2 3; msr-action-pairs has one",
    )
    parser.add_argument(
        "--replications",
        type=int,
        nargs="+",
        metavar="R",
        help="default: 1 2; msr-action-pairs: 1 2 3",
    )
    parser.add_argument(
        "--videos",
        nargs="?",
        const="all",
        default="none",
        choices=["none", "base", "all"],
        help="write videos, too: of all clips, or (ntu) of the base classes of the one-shot "
        "protocols",
    )
    parser.add_argument(
        "--video-size", default="320x180", metavar="WxH", help="in pixels (default: 320x180)"
    )
    parser.add_argument("--seed", type=int, default=0, help="people and performances")
    parser.add_argument("--workers", type=int, help="processes that write (default: all cores)")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.ground.environment import usable_cores

    workers = usable_cores() if parsed.workers is None else parsed.workers
    size = size_of("--video-size", parsed.video_size, "320x180")
    write = _write_ntu if parsed.format == "ntu" else _write_twin
    return write(parsed, size, workers).as_json()


def _write_ntu(
    parsed: argparse.Namespace, size: tuple[int, int], workers: int
) -> "SynthesisReport":
    from skelshot.synthesis.plan import (
        CAMERAS,
        NOVEL_ACTIONS,
        REPLICATIONS,
        SynthesisPlan,
        actions_of,
        performers_of,
    )
    from skelshot.synthesis.synthesise import synthesise

    actions = actions_of(parsed.classes or ["120"])
    filmed = {
        "none": (),
        "base": tuple(action for action in actions if action not in NOVEL_ACTIONS),
        "all": actions,
    }
    plan = SynthesisPlan(
        actions=actions,
        performers=performers_of(8 if parsed.performers is None else parsed.performers),
        cameras=_numbers(parsed.cameras, CAMERAS),
        replications=_numbers(parsed.replications, REPLICATIONS),
        video_actions=filmed[parsed.videos],
    )
    return synthesise(plan, parsed.out, seed=parsed.seed, size=size, workers=workers)


def _write_twin(
    parsed: argparse.Namespace, size: tuple[int, int], workers: int
) -> "SynthesisReport":
    from skelshot.ground import SkelshotError
    from skelshot.mini_teacher.composed_set import ComposedSet
    from skelshot.synthesis.plan import actions_of
    from skelshot.synthesis.twins import TWINS
    from skelshot.synthesis.twins.twin import synthesise_twin

    kind = (TWINS | {ComposedSet.name: ComposedSet})[parsed.format]
    if parsed.videos == "base":
        raise SkelshotError(
            f"--videos: found base, but {parsed.format} has videos of all clips or none; leave "
            "out base"
        )
    performers = kind.usual_performers if parsed.performers is None else parsed.performers
    twin = kind(
        raw=parsed.out,
        actions=actions_of(parsed.classes or [str(kind.usual_actions())], kind.most_actions()),
        performers=tuple(range(1, performers + 1)),
        replications=_numbers(parsed.replications, range(1, kind.most_replications + 1)),
        cameras=_numbers(parsed.cameras, range(1, kind.most_cameras + 1)),
        filmed=parsed.videos == "all",
        seed=parsed.seed,
        size=size,
    )
    return synthesise_twin(twin, workers)


def _numbers(said: list[int] | None, usual: Iterable[int]) -> tuple[int, ...]:
    """Return the numbers that were said, each once and rising."""
    return tuple(sorted(set(usual if said is None else said)))


def _show(document: Document) -> str:
    return (
        f"{document['raw']}: {document['clips']} clips, {document['videos']} with video, "
        f"in {document['seconds']:.1f} s"
    )


COMMAND = Command(
    "synth",
    "Write a synthetic data set in the format of NTU or another.",
    _arguments,
    _run,
    _show,
    lower="--workers or --video-size",
)
