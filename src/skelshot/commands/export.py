"""`skelshot export`: a store as PYSKL's or CTR-GCN's file, a gallery with its encoder as ONNX."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from skelshot.commands.command import Command, Document

_SPLITS = ("xsub60", "xview60", "xsub120", "xset120")

_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "pyskl": ("split",),
    "ctr-gcn": ("split", "second_person", "lose_names"),
    "onnx": ("layout", "int8"),
}
"""Options beside --out that each format has."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=list(_OPTIONS), help="format to write")
    parser.add_argument(
        "source",
        metavar="STORE|GALLERY",
        help="the store; onnx: the gallery, a file or the URL of a database",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    parser.add_argument(
        "--split",
        choices=_SPLITS,
        help="NTU's training and test clips, by subject, camera or setup (ctr-gcn: needed)",
    )
    parser.add_argument(
        "--second-person",
        choices=["zero", "copy"],
        help="ctr-gcn: second person of one-person clips (default: zero for the 60 actions, "
        "copy for the 120, as in the public files)",
    )
    parser.add_argument(
        "--lose-names",
        action="store_true",
        help="ctr-gcn: leave out FILE.names.txt with the clips' names, as the public code does",
    )
    parser.add_argument(
        "--layout",
        metavar="NAME|FILE",
        help="onnx: joints of the clips that the file will be given (default: the exemplars' own)",
    )
    parser.add_argument(
        "--int8", action="store_true", help="onnx: let the encoder work in 8-bit integers"
    )


def _run(parsed: argparse.Namespace) -> Document:
    _check_options(parsed)
    return {"pyskl": _pyskl, "ctr-gcn": _ctr_gcn, "onnx": _onnx}[parsed.format](parsed)


def _check_options(parsed: argparse.Namespace) -> None:
    from skelshot.ground import SkelshotError

    for option in sorted({each for options in _OPTIONS.values() for each in options}):
        if getattr(parsed, option) and option not in _OPTIONS[parsed.format]:
            having = ", ".join(name for name, each in _OPTIONS.items() if option in each)
            raise SkelshotError(
                f"--{option.replace('_', '-')}: the format is {parsed.format}, but only {having} "
                "has this option; leave it out"
            )


def _onnx(parsed: argparse.Namespace) -> Document:
    from skelshot.recognition.gallery import Gallery
    from skelshot.recognition.recognizer import Recognizer
    from skelshot.skeletons.layout_files import is_layout_file, read_layout_file

    layout = parsed.layout
    if is_layout_file(layout):
        layout = read_layout_file(layout).layout
    with Gallery.open(parsed.source) as gallery:
        recognizer = Recognizer.on(gallery)
        done = recognizer.export(parsed.out, layout=layout, int8=parsed.int8)
        return done.as_json() | {"actions": recognizer.actions}


def _pyskl(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.clips import UNLABELLED
    from skelshot.datasets.ntu.splits import pyskl_splits
    from skelshot.datasets.pyskl_export import export_pyskl
    from skelshot.datasets.store import Store

    store = Store.open(Path(parsed.source))
    splits: Mapping[str, Sequence[str]] | None = store.splits or None
    if parsed.split is not None:
        splits = pyskl_splits(store.clips, parsed.split)
    document: Document = {
        "clips": export_pyskl(store, parsed.out, splits),
        "file": str(parsed.out),
        "unlabelled": int((store.labels == UNLABELLED).sum()),
    }
    if splits is not None:
        document["splits"] = {name: len(members) for name, members in splits.items()}
    return document


def _ctr_gcn(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.ctr_gcn_export import export_ctr_gcn
    from skelshot.datasets.store import Store
    from skelshot.ground import SkelshotError

    if parsed.split is None:
        raise SkelshotError(
            f"--split: missing, but the format ctr-gcn needs it; name one of {', '.join(_SPLITS)}"
        )
    done = export_ctr_gcn(
        Store.open(Path(parsed.source)),
        parsed.out,
        parsed.split,
        parsed.second_person,
        parsed.lose_names,
    )
    return {
        "clips": done.train + done.test,
        "file": str(parsed.out),
        "splits": {"train": done.train, "test": done.test},
        "left_out": done.left_out,
        "names_file": None if done.names_file is None else str(done.names_file),
    }


def _show(document: Document) -> str:
    return _show_graph(document) if "layout" in document else _show_clips(document)


def _show_graph(document: Document) -> str:
    kind = "int8" if document["quantised"] else "float32"
    return (
        f"{document['file']}: {len(document['actions'])} actions, {document['bytes']:,} bytes, "
        f"{kind}, takes clips of {document['layout']}\n{document['agree']} of "
        f"{document['compared']} exemplars answered as torch does, scores within "
        f"{document['difference']:.1g}"
    )


def _show_clips(document: Document) -> str:
    lines = [f"{document['file']}: {document['clips']} clips"]
    if "splits" in document:
        lines[0] += f" ({', '.join(f'{n} {name}' for name, n in document['splits'].items())})"
    if document.get("unlabelled"):
        lines.append(f"{document['unlabelled']} clips have no label, which is -1 in the file")
    if document.get("left_out"):
        lines.append(f"{document['left_out']} clips of the store are no part of the split")
    if document.get("names_file"):
        lines.append(f"their names, one a line: {document['names_file']}")
    return "\n".join(lines)


COMMAND = Command(
    "export",
    "Write a store in another format, or a gallery with its encoder as ONNX.",
    _arguments,
    _run,
    _show,
)
