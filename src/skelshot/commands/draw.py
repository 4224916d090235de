"""`skelshot draw`: a picture of skeletons, a clip a row."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "clips", nargs="*", metavar="CLIP", help="names (default: the first clip of each class)"
    )
    parser.add_argument("--moments", type=int, default=6, help="frames of each clip (default: 6)")
    parser.add_argument("--most", type=int, default=20, help="rows at most (default: 20)")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="picture to write, .png, .svg or .pdf",
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.store import Store
    from skelshot.experiments.pictures import MOST, draw_clips, first_clips
    from skelshot.ground import SkelshotError
    from skelshot.rendering.theme import form_of_figure

    for option in ("moments", "most"):
        if not 1 <= (found := getattr(parsed, option)) <= MOST:
            raise SkelshotError(f"--{option}: found {found}, expected 1 to {MOST}")
    if parsed.out.is_dir():
        raise SkelshotError(f"--out: found the folder {parsed.out}, expected a PNG file to write")
    form_of_figure(parsed.out)
    store = Store.open(parsed.store)
    chosen = [store.index_of(name) for name in parsed.clips] or first_clips(store)
    chosen = chosen[: parsed.most]
    draw_clips(store, parsed.out, parsed.moments, chosen)
    return {"clips": len(chosen), "picture": str(parsed.out)}


def _show(document: Document) -> str:
    return f"{document['picture']}: {document['clips']} clips"


COMMAND = Command(
    "draw",
    "Draw the skeletons of clips.",
    _arguments,
    _run,
    _show,
    lower="--moments or --most",
)
