"""`skelshot teachers`: the frozen teachers there are, and the models that have a short name."""

import argparse

from skelshot.commands.command import Command, Document
from skelshot.commands.listing import no_arguments, part_document, parts_text


def _run(parsed: argparse.Namespace) -> Document:
    del parsed
    from skelshot.teachers import TEACHERS, load_models

    kinds, problems = TEACHERS.every()
    return {
        "teachers": [part_document(TEACHERS, kind) for kind in kinds],
        "models": [entry.model_dump(mode="json") for entry in load_models().models.values()],
        "problems": problems,
    }


def _show(document: Document) -> str:
    from skelshot.experiments.table_formats import format_table

    rows = [
        (
            model["name"],
            model["family"],
            str(model["frames"]),
            str(model["size"]),
            str(model["dim"]),
            model["licence"],
            model["id"],
        )
        for model in document["models"]
    ]
    heads = ("short name", "teacher", "frames", "pixels", "D", "licence", "on the hub")
    return "\n".join(
        [parts_text(document["teachers"]), "", format_table(heads, rows), *document["problems"]]
    )


COMMAND = Command("teachers", "List the frozen teachers.", no_arguments, _run, _show)
