"""A recogniser as one ONNX file, and how far the file's answers are from torch's."""

import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.recognition.onnx_export.graph import OUTPUTS, RecognitionGraph
from skelshot.skeletons import SkeletonLayout, SkeletonSequence
from skelshot.skeletons.mappings import map_layout

OPSET = 18
"""Version of the operators, the first with a scattered maximum."""

FARTHEST = 1e-3
"""The most that a score of the file may be from torch's; a network that was traced wrongly is off
by more."""

Feed = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Exported:
    """Outcome of an export.

    Args:
        file: The file.
        bytes: Its size.
        inputs: Names of the graph's inputs.
        outputs: Names of the graph's outputs.
        layout: Name of the joints that clips must have.
        quantised: Whether the encoder's weights and activations are 8-bit integers.
        compared: How many exemplars were answered by the file and by torch.
        agree: Of those, how many were given the same action.
        difference: The most that a score of theirs differs.
    """

    file: str
    bytes: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layout: str
    quantised: bool
    compared: int
    agree: int
    difference: float

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as a JSON document."""
        return asdict(self)


def export_graph(
    graph: RecognitionGraph,
    layout: SkeletonLayout,
    clips: Sequence[SkeletonSequence],
    notes: Mapping[str, Any],
    file: Path,
    quantised: bool = False,
) -> Exported:
    """Write a recogniser as an ONNX file, and compare its answers with torch's.

    Args:
        graph: The recogniser.
        layout: The joints of the graph's clips.
        clips: Clips to trace, to compare and to calibrate with, at least one; of joints that can
            be mapped to those.
        notes: What the file says of itself, by name; JSON values.
        file: Where it is written.
        quantised: Write the encoder in 8-bit integers.

    Returns:
        What was written.

    Raises:
        SkelshotError: The extra `onnx` is not installed, the network cannot be written as ONNX,
            its answers differ, or the file cannot be written.
    """
    onnx, runtime = _module("onnx"), _module("onnxruntime")
    feeds = [_feed(one, graph, layout) for one in clips]
    model = onnx.load_from_string(_traced(graph, feeds[0]))
    if quantised:
        from skelshot.recognition.onnx_export.quantising import quantise  # noqa: PLC0415

        model = quantise(model, feeds)
    model.producer_name = "skelshot"
    onnx.helper.set_model_props(model, {name: json.dumps(told) for name, told in notes.items()})
    data: bytes = model.SerializeToString()
    agree, difference = _compared(graph, runtime, data, feeds)
    if not quantised and not difference <= FARTHEST:
        raise SkelshotError(
            f"export: the file's scores differ from torch's by {difference:g}, expected at most "
            f"{FARTHEST:g}; the encoder's feature_map depends on more than its tensors, name "
            "another one with --encoder"
        )
    with whole_file(file) as partial:
        partial.write_bytes(data)
    names = tuple(feeds[0])
    return Exported(
        str(file), len(data), names, OUTPUTS, layout.name, quantised, len(feeds), agree, difference
    )


def _feed(clip: SkeletonSequence, graph: RecognitionGraph, layout: SkeletonLayout) -> Feed:
    """Return a clip as the graph takes it."""
    clip = map_layout(clip, layout)
    feed: Feed = {"joints": clip.joints, "present": clip.present}
    if graph.reads_confidence:
        sure = clip.confidence
        feed["confidence"] = np.ones(clip.joints.shape[:3], np.float32) if sure is None else sure
    return feed


def _traced(graph: RecognitionGraph, feed: Feed) -> bytes:
    example = tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in feed.values())
    with tempfile.TemporaryDirectory() as folder, _told_as_one_line(), torch.no_grad():
        written = Path(folder) / "traced.onnx"
        torch.onnx.export(
            graph.eval(),
            example,
            written,
            dynamo=False,  # the other exporter needs onnxscript, and takes no clip of any length
            opset_version=OPSET,
            do_constant_folding=False,  # it would write exemplars in float64; runtimes do it too
            input_names=list(feed),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "persons", 1: "frames"} for name in feed},
        )
        return written.read_bytes()


@contextmanager
def _told_as_one_line() -> Iterator[None]:
    """Turn whatever an encoder of one's own fails with into one line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of each shape that is a constant, as it is meant to be
        try:
            yield
        except SkelshotError:
            raise
        except Exception as error:
            first = str(error).strip().partition("\n")[0] or type(error).__name__
            raise SkelshotError(
                f"export: the network cannot be written as ONNX ({first:.200}); name another one "
                "with --encoder"
            ) from error


def _compared(
    graph: RecognitionGraph, runtime: Any, data: bytes, feeds: Sequence[Feed]
) -> tuple[int, float]:
    """Return how many answers name the same action, and the most that a score differs."""
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    agree, difference = 0, 0.0
    for feed in feeds:
        found = dict(zip(OUTPUTS, session.run(None, feed), strict=True))
        with torch.no_grad():
            told = graph(*(torch.from_numpy(array) for array in feed.values()))
        expected = {name: one.numpy() for name, one in zip(OUTPUTS, told, strict=True)}
        agree += int(found["label"] == expected["label"])
        difference = max(difference, float(np.abs(found["scores"] - expected["scores"]).max()))
    return agree, difference


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise SkelshotError(
            f'export: {name} is not installed; pip install "skelshot[onnx]"'
        ) from error
