"""`skelshot methods`: the few-shot methods there are."""

import argparse

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def _run(parsed: argparse.Namespace) -> Document:
    del parsed
    from skelshot.fewshot import METHODS

    with_defaults = [kind() for kind in METHODS]
    return {
        "methods": [
            {
                "name": method.name,
                "paper": method.paper,
                "transductive": method.is_transductive,
                "reads": method.reads,
                "views": [view.model_dump() for view in method.views],
                "trained_in_episodes": method.has_weights,
                "fits_frozen_features": method.fits_frozen_features,
                "adapts_encoder": method.adapts_encoder,
                "uses_class_names": method.uses_class_names,
                "options": method.options.model_dump(mode="json"),
            }
            for method in with_defaults
        ]
    }


def _show(document: Document) -> str:
    rows = [("method", "reads", "answers are", "needs", "paper")]
    for method in document["methods"]:
        kind = "transductive" if method["transductive"] else "inductive"
        rows.append((method["name"], method["reads"], kind, _needs(method), method["paper"] or "-"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _needs(method: Document) -> str:
    """Tell in a few words what a method needs besides features."""
    needs = []
    if method["trained_in_episodes"]:
        needs.append(f"--episodes {method['name']}")
    if method["views"]:
        mirrored = any(view["mirror"] for view in method["views"])
        needs.append("mirrored clips" if mirrored else "turned clips")
    if method["adapts_encoder"]:
        needs.append("gradients in the encoder")
    if method["uses_class_names"]:
        needs.append("class names")
    return ", ".join(needs) or "-"


COMMAND = Command("methods", "List the few-shot methods.", _arguments, _run, _show)
