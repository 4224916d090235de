"""`skelshot figure`: a figure of the paper, by its number."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document

_OF_MAPS = ("clips", "maps", "videos", "fps")
_OF_RUN = ("folder", "result", "queries", "shots", "most", "pair")


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.rendering.theme import FORMS

    parser.add_argument("number", type=int, choices=(3, 4, 5), metavar="NUMBER", help="3, 4 or 5")
    parser.add_argument("folder", nargs="?", type=Path, metavar="RUN", help="5: pre-trained run")
    parser.add_argument("--store", type=Path, required=True, help="the clips")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where files go")
    parser.add_argument(
        "--forms", nargs="+", choices=FORMS, default=FORMS, help="kinds of files (default: all)"
    )
    parser.add_argument("--moments", type=int, help="3, 5: moments of a clip (default: 8 and 4)")
    maps = parser.add_argument_group("figures 3 and 4")
    maps.add_argument("--clips", nargs="+", metavar="CLIP", help="one clip, or a row each (4)")
    maps.add_argument(
        "--maps",
        nargs="+",
        metavar="METHOD=DIR",
        help="attributions of each method: DIR/CLIP.safetensors or .npz with values (C, T, V, M)",
    )
    maps.add_argument("--videos", type=Path, metavar="DIR", help="3: videos, for their frames")
    maps.add_argument("--fps", type=float, help="frames a second, for seconds")
    run = parser.add_argument_group("figure 5")
    run.add_argument("--result", type=Path, metavar="FILE", help="which result of the run")
    run.add_argument(
        "--queries", type=Path, metavar="TABLE", help="table of queries (default: the result's own)"
    )
    run.add_argument("--shots", type=int, help="exemplars a class (default: the fewest)")
    run.add_argument("--most", type=int, help="how many of the most confused pairs (default: 3)")
    run.add_argument(
        "--pair",
        nargs=2,
        action="append",
        metavar="CLASS",
        help="a pair to show before them, repeatable (default: the paper's, where they are)",
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.store import Store
    from skelshot.experiments.paper_figures import failure_figure, heatmap_figure
    from skelshot.runs import Run

    _check(parsed)
    store = Store.open(parsed.store)
    told = {name: getattr(parsed, name) for name in ("moments", "fps", "most", "shots")}
    told = {name: value for name, value in told.items() if value is not None}
    if parsed.number == 5:
        named = None if parsed.pair is None else [(first, second) for first, second in parsed.pair]
        return failure_figure(
            store,
            Run.open(parsed.folder),
            parsed.out,
            result=parsed.result,
            queries=parsed.queries,
            named=named,
            forms=parsed.forms,
            **told,
        )
    return heatmap_figure(
        parsed.number,
        store,
        parsed.clips,
        _folders(parsed.maps),
        parsed.out,
        videos=parsed.videos,
        forms=parsed.forms,
        **told,
    )


def _check(parsed: argparse.Namespace) -> None:
    """Refuse what is missing, out of range or of another figure."""
    from skelshot.ground import SkelshotError

    of_run = parsed.number == 5
    needed, strange = (_OF_RUN[:1], _OF_MAPS) if of_run else (_OF_MAPS[:2], _OF_RUN)
    if parsed.number == 4:
        strange = (*strange, "videos", "moments")
    for names, expected in ((needed, True), (strange, False)):
        for name in names:
            if (getattr(parsed, name) is not None) != expected:
                word = "RUN" if name == "folder" else f"--{name}"
                advice = "found none, it needs one" if expected else "has no use; leave it out"
                raise SkelshotError(f"{word}: for figure {parsed.number} {advice}")
    for name, least, most in (("moments", 1, 16), ("most", 0, 12), ("fps", 1, 1000)):
        value = getattr(parsed, name)
        if value is not None and not least <= value <= most:
            raise SkelshotError(f"--{name}: found {value}, expected {least} to {most}")


def _folders(words: list[str]) -> dict[str, Path]:
    """Read which method's attributions are where."""
    from skelshot.ground import SkelshotError

    folders: dict[str, Path] = {}
    for word in words:
        method, _, folder = word.partition("=")
        if not method or not folder or method in folders:
            raise SkelshotError(
                f"--maps: found {word[:80]!r}, expected METHOD=DIR, each method once"
            )
        folders[method] = Path(folder)
    return folders


def _show(document: Document) -> str:
    lines = [f"{file}" for file in document["files"]]
    for pair in document.get("pairs", ()):
        (first, second), taken, queries = pair["names"], pair["taken"], pair["queries"]
        lines.append(
            f"  {first} / {second}: {taken[0]} of {queries[0]} and {taken[1]} of {queries[1]} "
            "taken for the other"
        )
    return "\n".join(lines)


COMMAND = Command(
    "figure",
    "Draw a figure of the paper, by its number.",
    _arguments,
    _run,
    _show,
    lower="--moments or --most",
)
