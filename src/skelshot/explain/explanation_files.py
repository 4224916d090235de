"""Explanations on disk: one safetensors file a clip, and a line of JSON beside it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skelshot.evaluation.result_files import make_folder
from skelshot.explain.explain import Explanation
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
    }


def write_explanations(explanations: Sequence[Explanation], out: Path) -> list[dict[str, Any]]:
    """Write explanations into a folder, over those of an earlier call.

    Args:
        explanations: One a clip.
        out: The folder; made where it is missing.

    Returns:
        What was written of each clip: its line of `explanations.jsonl`, which names the file that
        holds `values` (C, T, V, M) and `importance` (T, V, M).

    Raises:
        SkelshotError: Something else stands at the place of a file.
    """
    make_folder(out / LINES)
    lines = []
    for number, explanation in enumerate(explanations):
        file = out / f"{_file_name(explanation.clip, number)}.safetensors"
        line = describe(explanation)
        told = explanation.attribution
        write_tensors(
            file,
            {"values": told.values, "importance": told.importance()},
            {"explanation": json.dumps(line)},
        )
        lines.append(line | {"file": str(file)})
    with whole_file(out / LINES) as partial:
        partial.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return lines


def _file_name(clip: str, number: int) -> str:
    """Name a clip's file after it, or by number where its name cannot be a file's."""
    try:
        return check_file_name(clip)
    except ValueError:
        return f"clip-{number:03d}"
