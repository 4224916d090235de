"""`skelshot teach`: a frozen teacher's features into a cache."""

import argparse
from dataclasses import asdict
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--teacher", default="minilm", help="minilm (text), or random-code, the control"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FEATURES", help="the cache")
    parser.add_argument(
        "--prompts", default="plain", help="prompt templates: a shipped name or a .yaml file"
    )
    parser.add_argument("--class-names", type=Path, help=".yaml with fuller texts by class name")
    parser.add_argument("--model", help="minilm: another sentence encoder, folder or hub id")
    parser.add_argument("--seed", type=int, default=0, help="random-code: seed of the codes")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.store import Store
    from skelshot.teachers import load_class_texts, load_templates, teach_text, teacher_named

    store = Store.open(parsed.store)
    texts = load_class_texts(parsed.class_names, store.class_names) if parsed.class_names else None
    templates = load_templates(parsed.prompts)
    teacher = teacher_named(parsed.teacher, model=parsed.model, seed=parsed.seed)
    options = {"prompts": parsed.prompts, "seed": parsed.seed, "model": parsed.model}
    report = teach_text(store, teacher, templates, parsed.out, texts, options)
    return asdict(report) | {"features": str(parsed.out)}


def _show(document: Document) -> str:
    return (
        f"{document['features']}: {document['teacher']} for {document['clips']} clips "
        f"({document['skipped']} skipped) in {document['seconds']:.1f} s"
    )


COMMAND = Command("teach", "Cache a frozen teacher's features.", _arguments, _run, _show)
