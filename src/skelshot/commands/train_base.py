"""`skelshot train-base`: the general encoders that ship with Skelshot, made anew."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document, add_device, percent, use_threads


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of all that is made"
    )
    parser.add_argument(
        "--preset",
        default="smoke",
        help="smoke: minutes, or what ships: small, 2d, full (default: smoke)",
    )
    parser.add_argument(
        "--ui-prmd", type=Path, metavar="PATH", help="files of UI-PRMD, or their tar archive"
    )
    parser.add_argument(
        "--kinder-gator", type=Path, metavar="PATH", help="files of Kinder-Gator, or their archive"
    )
    parser.add_argument("--seed", type=int, default=0, help="data, weights, batches and changes")
    parser.add_argument("--threads", type=int, help="processor cores to use (default: all)")
    add_device(parser)


def _run(parsed: argparse.Namespace) -> Document:
    from dataclasses import asdict

    from skelshot.base_encoder.build import make_base
    from skelshot.base_encoder.recipe import recipe_named
    from skelshot.ground.environment import usable_cores

    use_threads(parsed.threads)
    given = {"ui-prmd": parsed.ui_prmd, "kinder-gator": parsed.kinder_gator}
    report = make_base(
        parsed.out,
        recipe_named(parsed.preset, parsed.seed),
        {form: path for form, path in given.items() if path is not None},
        device=parsed.device or "auto",
        workers=parsed.threads or usable_cores(),
    )
    measured = [one.model_dump() for one in report.measured]
    return {**asdict(report), "measured": measured}


def _show(document: Document) -> str:
    lines = [
        f"{document['encoder']}: {document['parameters']:,} parameters, trained on "
        f"{document['clips']} clips of {document['classes']} classes "
        f"({', '.join(document['sets'])}), in {document['seconds']:.0f} s "
        f"({document['train_seconds']:.0f} s of training)"
    ]
    if document["left_out"]:
        lines.append(f"left out, since they were not given: {', '.join(document['left_out'])}")
    lines += [
        f"  {one['task']}, {one['shots']}-shot: {percent(one['mean'])} {one['method']}"
        for one in document["measured"]
    ]
    return "\n".join([*lines, f"card: {document['card']}"])


COMMAND = Command(
    "train-base",
    "Train a general encoder such as those that ship with Skelshot.",
    _arguments,
    _run,
    _show,
    lower="--threads",
)
