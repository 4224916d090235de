"""Explanations on disk: a safetensors file and pictures a clip, and a line of JSON beside them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from skelshot.evaluation.result_files import make_folder
from skelshot.explain.explain import Explanation
from skelshot.explain.pictures.explanation_pictures import Drawing, draw_explanation
from skelshot.explain.shown_clips import Showing
from skelshot.ground.file_names import check_file_name
from skelshot.ground.files import whole_file
from skelshot.ground.tensor_files import write_tensors

LINES = "explanations.jsonl"
"""The file with a line for each clip."""


def describe(explanation: Explanation) -> dict[str, Any]:
    """Tell an explanation in plain values, without the numbers of joints and frames.

    Args:
        explanation: Of one clip.

    Returns:
        What the JSON of the command line says of it.
    """
    return _note(explanation) | {
        "file": None if explanation.file is None else str(explanation.file),
        "pictures": list(map(str, explanation.pictures)),
    }


def write_explanations(
    explanations: Sequence[Explanation], showing: Showing, out: Path, drawing: Drawing
) -> list[Explanation]:
    """Write explanations into a folder, over those of an earlier call.

    Args:
        explanations: One a clip.
        showing: Finds their clips, such as `shown_from(store)`.
        out: The folder; made where it is missing.
        drawing: Which pictures.

    Returns:
        The explanations with their files, which hold `values` (C, T, V, M) and `importance`
        (T, V, M), and their pictures; `explanations.jsonl` has a line for each.

    Raises:
        SkelshotError: Something else stands at the place of a file, or as for `draw_explanation`.
    """
    make_folder(out / LINES)
    written = []
    for number, explanation in enumerate(explanations):
        stem = out / _file_name(explanation.clip, number)
        told = explanation.attribution
        file = stem.with_name(f"{stem.name}.safetensors")
        write_tensors(
            file,
            {"values": told.values, "importance": told.importance()},
            {"explanation": json.dumps(_note(explanation))},
        )
        pictures = draw_explanation(explanation, showing(explanation), stem, drawing)
        written.append(replace(explanation, file=file, pictures=tuple(pictures)))
    lines = [json.dumps(describe(explanation)) + "\n" for explanation in written]
    with whole_file(out / LINES) as partial:
        partial.write_text("".join(lines), encoding="utf-8")
    return written


def _note(explanation: Explanation) -> dict[str, Any]:
    """Tell what does not depend on where it is written."""
    told = explanation.attribution
    return {
        "clip": explanation.clip,
        "label": explanation.label,
        "predicted": explanation.predicted,
        "attribution": told.method,
        "boundary_found": told.boundary_found,
        "boundary_distance": told.boundary_distance,
        "completeness_gap": told.completeness_gap,
        "logits": dict(zip(explanation.classes, explanation.logits.tolist(), strict=True)),
        "exemplars": {name: list(clips) for name, clips in explanation.exemplars.items()},
        "nearest": explanation.nearest,
    }


def _file_name(clip: str, number: int) -> str:
    """Name a clip's file after it, or by number where its name cannot be a file's."""
    try:
        return check_file_name(clip)
    except ValueError:
        return f"clip-{number:03d}"
