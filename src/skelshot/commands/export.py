"""`skelshot export`: a store as a PYSKL annotation pickle or as CTR-GCN's training file."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from skelshot.commands.command import Command, Document

_SPLITS = ("xsub60", "xview60", "xsub120", "xset120")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=["pyskl", "ctr-gcn"], help="format to write")
    parser.add_argument("store", type=Path, help="the store")
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


def _run(parsed: argparse.Namespace) -> Document:
    return _ctr_gcn(parsed) if parsed.format == "ctr-gcn" else _pyskl(parsed)


def _pyskl(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.clips import UNLABELLED
    from skelshot.datasets.ntu.splits import pyskl_splits
    from skelshot.datasets.pyskl_export import export_pyskl
    from skelshot.datasets.store import Store
    from skelshot.ground import SkelshotError

    for option in ("second_person", "lose_names"):
        if getattr(parsed, option):
            raise SkelshotError(
                f"--{option.replace('_', '-')}: the format is pyskl, but only ctr-gcn has this "
                "option; leave it out"
            )
    store = Store.open(parsed.store)
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
        Store.open(parsed.store), parsed.out, parsed.split, parsed.second_person, parsed.lose_names
    )
    return {
        "clips": done.train + done.test,
        "file": str(parsed.out),
        "splits": {"train": done.train, "test": done.test},
        "left_out": done.left_out,
        "names_file": None if done.names_file is None else str(done.names_file),
    }


def _show(document: Document) -> str:
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


COMMAND = Command("export", "Write a store in another format.", _arguments, _run, _show)
