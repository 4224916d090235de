"""`skelshot synth`: a synthetic data set in NTU's own format."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document
from skelshot.commands.video_words import size_of


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="RAW", help="folder to write")
    parser.add_argument(
        "--classes",
        nargs="+",
        default=["120"],
        metavar="N",
        help="N for classes 1 to N, or ranges and numbers such as 1-60 A114 (default: 120)",
    )
    parser.add_argument("--performers", type=int, default=8, help="how many people (default: 8)")
    parser.add_argument(
        "--cameras", type=int, nargs="+", default=[1, 2, 3], metavar="C", help="default: 1 2 3"
    )
    parser.add_argument(
        "--replications", type=int, nargs="+", default=[1, 2], metavar="R", help="default: 1 2"
    )
    parser.add_argument(
        "--videos",
        nargs="?",
        const="all",
        default="none",
        choices=["none", "base", "all"],
        help="write videos, too: of all clips, or of the base classes of the one-shot protocols",
    )
    parser.add_argument(
        "--video-size", default="320x180", metavar="WxH", help="in pixels (default: 320x180)"
    )
    parser.add_argument("--seed", type=int, default=0, help="people and performances")
    parser.add_argument("--workers", type=int, help="processes that write (default: all cores)")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.ground.environment import usable_cores
    from skelshot.synthesis.plan import (
        NOVEL_ACTIONS,
        SynthesisPlan,
        actions_of,
        performers_of,
    )
    from skelshot.synthesis.synthesise import synthesise

    video_size = size_of("--video-size", parsed.video_size, "320x180")
    actions = actions_of(parsed.classes)
    filmed = {
        "none": (),
        "base": tuple(action for action in actions if action not in NOVEL_ACTIONS),
        "all": actions,
    }
    plan = SynthesisPlan(
        actions=actions,
        performers=performers_of(parsed.performers),
        cameras=tuple(sorted(set(parsed.cameras))),
        replications=tuple(sorted(set(parsed.replications))),
        video_actions=filmed[parsed.videos],
    )
    report = synthesise(
        plan,
        parsed.out,
        seed=parsed.seed,
        size=video_size,
        workers=usable_cores() if parsed.workers is None else parsed.workers,
    )
    return report.as_json()


def _show(document: Document) -> str:
    return (
        f"{document['raw']}: {document['clips']} clips, {document['videos']} with video, "
        f"in {document['seconds']:.1f} s"
    )


COMMAND = Command(
    "synth",
    "Write a synthetic data set in NTU's format.",
    _arguments,
    _run,
    _show,
    lower="--workers or --video-size",
)
