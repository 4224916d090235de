"""`skelshot pose`: videos into skeletons, one `.npz` file a video."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document
from skelshot.commands.part_words import add_option, add_words, part_options

if TYPE_CHECKING:
    from skelshot.pose import PoseEstimator


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.pose import ESTIMATORS

    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO", help="the videos")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="file to write, .npz, or the folder of one file a video",
    )
    parser.add_argument(
        "--backend",
        default="litert",
        metavar="NAME",
        help=f"pose estimator: {', '.join(ESTIMATORS.names)} (default: litert)",
    )
    parser.add_argument(
        "--persons", type=int, default=1, help="people of a video at most, 1 to 6 (default: 1)"
    )
    parser.add_argument(
        "--mirrored",
        choices=["auto", "yes", "no"],
        default="auto",
        help="whether the videos are mirror images, as Kinect's are; auto: those named as NTU "
        "RGB+D's (default: auto)",
    )
    parser.add_argument(
        "--focal",
        type=float,
        default=0.8,
        metavar="X",
        help="focal length as a share of the picture's longer side; the distance from the camera "
        "goes by it (default: 0.8)",
    )
    parser.add_argument("--label", metavar="NAME", help="the class of all videos")
    parser.add_argument(
        "--draw",
        choices=["png", "mp4"],
        help="draw what was found over the video too, beside its file: some moments, or a film",
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail when any video gives no skeleton"
    )
    parts = add_words(parser, {kind.name: kind.options_type for kind in ESTIMATORS.shipped})
    parser.set_defaults(parts=parts)
    add_option(parser, "pose estimator")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.ground import SkelshotError
    from skelshot.pose.to_files import pose_files

    estimator, began = _estimator(parsed), time.monotonic()
    report = pose_files(
        parsed.videos,
        parsed.out,
        estimator,
        persons=parsed.persons,
        mirrored=parsed.mirrored,
        focal=parsed.focal,
        label=parsed.label,
        drawn=parsed.draw,
    )
    bad = [{"video": one.video, "reason": one.reason} for one in report.rejected]
    if bad and (parsed.strict or not report.written):
        raise SkelshotError(
            bad[0]["reason"] + (f"; and {len(bad) - 1} more videos" if len(bad) > 1 else "")
        )
    return {
        "out": str(parsed.out),
        "backend": estimator.name,
        "clips": [one.as_json() for one in report.written],
        "rejected": bad,
        "seconds": time.monotonic() - began,
    }


def _estimator(parsed: argparse.Namespace) -> "PoseEstimator":
    from skelshot.pose import ESTIMATORS, estimator_named

    kind = ESTIMATORS.named(parsed.backend, "--backend")
    return estimator_named(kind.name, **part_options(parsed, kind.name, kind.options_type))


def _show(document: Document) -> str:
    lines = []
    for clip in document["clips"]:
        people = "1 person" if clip["persons"] == 1 else f"{clip['persons']} persons"
        sides = "mirrored" if clip["mirrored"] else "not mirrored"
        lines.append(
            f"{clip['file']}: {people}, {clip['frames']} frames, {clip['rate']:g} a second, "
            f"{clip['milliseconds']:.0f} ms a frame"
        )
        lines.append(f"  {sides}: {clip['mirrored_because']}")
        lines += [f"  drawn: {clip['picture']}"] if clip["picture"] else []
        lines += [f"  look again: {remark}" for remark in clip["remarks"]]
    lines += [f"rejected: {one['reason']}" for one in document["rejected"]]
    return "\n".join(lines)


COMMAND = Command(
    "pose",
    "Find the skeletons of the people in videos.",
    _arguments,
    _run,
    _show,
    lower="--persons",
)
