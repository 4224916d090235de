"""Eight-bit weights and activations of the encoder in an ONNX graph, by ONNX Runtime."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

QUANTISED = ["Conv", "Gemm"]
"""Operators that only encoders use; what comes before and behind them stays exact."""


class _Feeds(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is untyped
    """Clips to find the range of activations with, one after another."""

    def __init__(self, feeds: Sequence[dict[str, NDArray[Any]]]) -> None:
        self._left = iter(feeds)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """Return the next clip, None behind the last."""
        return next(self._left, None)


def quantise(model: onnx.ModelProto, feeds: Sequence[dict[str, NDArray[Any]]]) -> onnx.ModelProto:
    """Let the encoder's convolutions and products work in 8-bit integers.

    Args:
        model: The graph in float32.
        feeds: Clips as the graph takes them, from which the ranges of activations are found.

    Returns:
        Another graph.
    """
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "int8.onnx"
        quantize_static(
            model,
            written,
            _Feeds(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTISED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(written)
