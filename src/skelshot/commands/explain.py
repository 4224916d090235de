"""`skelshot explain`: the joints and frames that a decision rests on."""

import argparse
from pathlib import Path

from skelshot.commands.command import (
    Command,
    Document,
    add_device,
    add_settings,
    add_sides,
    use_threads,
)
from skelshot.commands.part_words import add_option


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="pre-trained run")
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="names of clips of the store")
    parser.add_argument("--store", type=Path, required=True, help="the clips")
    parser.add_argument(
        "--support",
        nargs="+",
        default=[],
        metavar="CLIP",
        help="exemplars, equally many of each class (default: those of the protocol)",
    )
    parser.add_argument(
        "--protocol", help="draws the exemplars: a name or a .yaml file (default: RUN's own)"
    )
    parser.add_argument("--method", default="cosine", help="see `skelshot methods`")
    parser.add_argument(
        "--attribution",
        default="big",
        help="big, integrated-gradients, saliency, occlusion, alignment, movement or random "
        "(default: big)",
    )
    parser.add_argument("--label", metavar="CLASS", help="class to explain (default: predicted)")
    parser.add_argument("--shots", type=int, default=1, help="exemplars a class (default: 1)")
    parser.add_argument("--split", type=int, metavar="N", help="RUN's split (default: the first)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.add_argument(
        "--pictures",
        nargs="*",
        default=["png"],
        metavar="KIND",
        help="png, svg, pdf; gif, mp4 or avi for the clip in motion; none where no word follows "
        "(default: png)",
    )
    parser.add_argument("--fps", type=float, help="the clips' frames a second, for the pictures")
    add_option(parser, "attribution")
    add_sides(parser)
    add_device(parser)
    add_settings(parser, of_run=True)


def _run(parsed: argparse.Namespace) -> Document:
    import time

    from skelshot.commands.part_words import options_of
    from skelshot.explain.explanation_files import describe
    from skelshot.reports import explain_clips

    use_threads(parsed.threads)
    began = time.perf_counter()
    explanations = explain_clips(
        parsed.folder,
        *parsed.clips,
        store=parsed.store,
        protocol=parsed.protocol,
        support=parsed.support,
        method=parsed.method,
        attribution=parsed.attribution,
        label=parsed.label,
        split=parsed.split,
        shots=parsed.shots,
        preset=parsed.preset,
        sides=parsed.sides,
        device=parsed.device or "auto",
        changes=parsed.assignments,
        out=parsed.out,
        pictures=parsed.pictures,
        fps=parsed.fps,
        **options_of(parsed),
    )
    told = [describe(explanation) for explanation in explanations]
    first = told[0]
    return {
        "label": first["label"],
        "boundary_found": first["boundary_found"],
        "completeness_gap": first["completeness_gap"],
        "pictures": [picture for each in told for picture in each["pictures"]],
        "clips": told,
        "out": str(parsed.out),
        "seconds": round(time.perf_counter() - began, 3),
    }


def _show(document: Document) -> str:
    lines = [_line(told) for told in document["clips"]]
    return "\n".join([*lines, f"{document['out']}   ({document['seconds']:.1f} s)"])


def _line(told: Document) -> str:
    """Tell what was found of one clip."""
    line = f"{told['clip']}: {told['label']}"
    if told["label"] != told["predicted"]:
        line += f" (the answer is {told['predicted']})"
    if told["boundary_found"] is not None:
        far = f"{told['boundary_distance']:.3g}"
        line += (
            f", boundary at {far}"
            if told["boundary_found"]
            else ", no boundary found "
            + (f"within reach; the best effort, at {far}, is no boundary")
        )
    if told["completeness_gap"] is not None:
        line += f", completeness gap {told['completeness_gap']:.2g}"
    return line


COMMAND = Command(
    "explain",
    "Share decisions about clips out to joints and frames.",
    _arguments,
    _run,
    _show,
    lower="--threads or the number of clips",
)
