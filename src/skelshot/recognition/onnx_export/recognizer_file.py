"""Notes of an exported recogniser about itself, and the joints that it takes."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skelshot.encoders.packaged import packaged_card
from skelshot.ground import SkelshotError
from skelshot.ground.files import check_writable
from skelshot.ground.regular import check_regular
from skelshot.recognition.engine import Engine
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.judge import Judge
from skelshot.recognition.onnx_export.exported import Exported, export_graph
from skelshot.recognition.onnx_export.graph import RecognitionGraph
from skelshot.recognition.settings import RecognizerSettings
from skelshot.runs.encoder_file import is_packaged
from skelshot.skeletons import SkeletonLayout
from skelshot.skeletons.as_picture import camera_view
from skelshot.skeletons.layout_reading import layout_mapping
from skelshot.skeletons.layouts import layout_named
from skelshot.skeletons.sequence import AXES, UNITS

FORMAT = 1
"""Rises when inputs, outputs or notes of the file change their meaning."""

MOST = 32
"""Exemplars that the file is compared with torch by; the first ones."""


def export_recognizer(
    engine: Engine,
    settings: RecognizerSettings,
    judge: Judge,
    exemplars: Sequence[Exemplar],
    file: Path | str,
    layout: SkeletonLayout | str | None = None,
    int8: bool = False,
) -> Exported:
    """Write a recogniser as one ONNX file that says itself what it takes and gives.

    Args:
        engine: How clips are read.
        settings: Of the recogniser.
        judge: The exemplars as they are compared, and the threshold.
        exemplars: The same as they were read.
        file: The file.
        layout: The joints of the clips that it will be given, or their name; unless told those of
            the exemplars where all have the same, else those of the encoder.
        int8: Let the encoder work in 8-bit integers.

    Returns:
        What was written.

    Raises:
        SkelshotError: The joints cannot be mapped to the encoder's, the extra `onnx` is not
            installed, or the network or the file cannot be written.
    """
    file = Path(file)
    check_regular(file)
    if not file.parent.is_dir():
        raise SkelshotError(f"{file}: found no folder {file.parent}, expected one; make it first")
    check_writable(file.parent, "--out")
    if layout is None:
        known = {one.sequence.layout for one in exemplars}
        layout = known.pop() if len(known) == 1 else engine.layout
    elif isinstance(layout, str):
        layout = layout_named(layout)
    clips = [one.sequence for one in exemplars[:MOST]]
    if engine.coordinates == 2:  # the file takes pixels
        clips = [camera_view(clip) for clip in clips]
    notes = _notes(engine, settings, judge, exemplars, layout) | {"int8": int8}
    return export_graph(RecognitionGraph(judge, layout), layout, clips, notes, file, int8)


def _notes(
    engine: Engine,
    settings: RecognizerSettings,
    judge: Judge,
    exemplars: Sequence[Exemplar],
    layout: SkeletonLayout,
) -> dict[str, Any]:
    """Say what a stranger to the file needs to know of it."""
    packaged = is_packaged(settings.encoder)
    return {
        "format": FORMAT,
        "skelshot": version("skelshot"),
        "actions": judge.support.actions,
        "exemplars": [
            {"name": one.name, "action": one.action, "sha256": one.digest} for one in exemplars
        ],
        "layout": layout_mapping(layout),
        "coordinates": engine.coordinates,
        "units": UNITS[engine.coordinates],
        "axes": AXES[engine.coordinates],
        "threshold": judge.threshold,
        "encoder": {
            "name": settings.encoder if packaged else Path(settings.encoder).name,
            "sha256": engine.trained.weights,
            "trained_on": engine.trained.result.get("store"),
        },
        "fingerprint": engine.fingerprint,
        "match": settings.match.model_dump(mode="json"),
        "unknown": settings.unknown,
        "licence": packaged_card(settings.encoder).licence if packaged else None,
    }
