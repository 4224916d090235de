"""`skelshot methods`: the few-shot methods there are."""

import argparse

from skelshot.commands.command import Command, Document
from skelshot.commands.listing import no_arguments, part_document


def _run(parsed: argparse.Namespace) -> Document:
    del parsed
    from skelshot.fewshot import METHODS

    kinds, problems = METHODS.every()
    return {
        "methods": [
            {
                **part_document(METHODS, type(method)),
                "aliases": [
                    alias for alias, name in METHODS.aliases.items() if name == method.name
                ],
                "transductive": method.is_transductive,
                "reads": method.reads,
                "views": [view.model_dump() for view in method.views],
                "trained_in_episodes": method.has_weights,
                "fits_frozen_features": method.fits_frozen_features,
                "uses_class_names": method.uses_class_names,
                "options": method.options.model_dump(mode="json"),
            }
            for method in (kind() for kind in kinds)
        ],
        "problems": problems,
    }


def _show(document: Document) -> str:
    from skelshot.experiments.table_formats import format_table

    rows = []
    for method in document["methods"]:
        kind = "transductive" if method["transductive"] else "inductive"
        paper = method["paper"] or "-"
        origin = f"; of {method['from']}" if method["from"] else ""
        rows.append((method["name"], method["reads"], kind, _needs(method), f"{paper}{origin}"))
    heads = ("method", "reads", "answers are", "needs", "paper")
    return "\n".join([format_table(heads, rows), *document["problems"]])


def _needs(method: Document) -> str:
    """Tell in a few words what a method needs besides features."""
    needs = []
    if method["trained_in_episodes"]:
        needs.append(f"--episodes {method['name']}")
    if method["views"]:
        mirrored = any(view["mirror"] for view in method["views"])
        needs.append("mirrored clips" if mirrored else "turned clips")
    if method["uses_class_names"]:
        needs.append("class names")
    return ", ".join(needs) or "-"


COMMAND = Command("methods", "List the few-shot methods.", no_arguments, _run, _show)
