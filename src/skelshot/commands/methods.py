"""`skelshot methods`: the few-shot methods there are."""

import argparse

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def _run(parsed: argparse.Namespace) -> Document:
    del parsed
    from skelshot.fewshot import METHODS

    return {
        "methods": [
            {
                "name": method.name,
                "paper": method.paper,
                "transductive": method.is_transductive,
                "reads": method.reads,
                "trained_in_episodes": method.has_weights,
                "uses_class_names": method.uses_class_names,
            }
            for method in METHODS
        ]
    }


def _show(document: Document) -> str:
    return "\n".join(
        f"{method['name']:12}  reads {method['reads']:6}  "
        f"{'transductive' if method['transductive'] else 'inductive':12}  {method['paper']}"
        for method in document["methods"]
    )


COMMAND = Command("methods", "List the few-shot methods.", _arguments, _run, _show)
