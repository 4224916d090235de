"""TensorFlow Lite networks, run by LiteRT on one processor thread."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError


class TfliteNetwork:
    """A network of a `.tflite` file.

    Args:
        path: The file; whoever names it has looked at its hash.
        shape: The shape of its input, where the file leaves it open.

    Raises:
        SkelshotError: LiteRT is not installed, or the file is none of its networks.
    """

    def __init__(self, path: Path, shape: Sequence[int] | None = None) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise SkelshotError(
                "pose estimator litert: needs LiteRT, which is not installed; "
                'pip install "skelshot[pose]", or take another with --backend'
            ) from error
        try:
            self._network: Any = Interpreter(model_path=str(path), num_threads=1)
            if shape is not None:
                entry = self._network.get_input_details()[0]["index"]
                self._network.resize_tensor_input(entry, list(shape))
            self._network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise SkelshotError(
                f"{path}: LiteRT cannot read this model ({str(error).splitlines()[0]:.200}); write "
                "it anew with skelshot pose-models"
            ) from error
        self._entry = self._network.get_input_details()[0]["index"]
        self._exits = [entry["index"] for entry in self._network.get_output_details()]

    def __call__(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        """Run the network.

        Args:
            tensor: Its input, of its own shape and kind of number.

        Returns:
            Its outputs in the order of the file.
        """
        self._network.set_tensor(self._entry, tensor)
        self._network.invoke()
        return [self._network.get_tensor(index) for index in self._exits]


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn logits into shares of 1.

    Args:
        logits: Any shape; whatever their size.

    Returns:
        Numbers in [0, 1] of the same shape.

    Example:
        >>> sigmoid(np.array([-1e9, 0, 1e9], np.float32)).round(3).tolist()
        [0.0, 0.5, 1.0]
    """
    shares = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    return shares.astype(np.float32)
