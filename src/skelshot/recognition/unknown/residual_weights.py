"""The weights of the residual discriminator that come with the package."""

from importlib import resources
from pathlib import Path

from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import read_digested, write_digested

FILE = "residual.safetensors"
SHAPE = (2, 2)
"""The nearest exemplar and the mean of the exemplars, by the encoder and by `raw-dtw`."""


def packaged_weights() -> Tensor:
    """Read the weights that come with the package.

    Returns:
        One a residual and term, of `SHAPE`.

    Raises:
        SkelshotError: Their file is missing or damaged.

    Example:
        >>> tuple(packaged_weights().shape)
        (2, 2)
    """
    return read_weights(Path(str(resources.files("skelshot.encoders.packaged"))) / FILE)


def read_weights(file: Path) -> Tensor:
    """Read weights of a file.

    Args:
        file: What `write_weights` wrote.

    Returns:
        One a residual and term, of `SHAPE`.

    Raises:
        SkelshotError: The file is missing, damaged or no such file.
    """
    tensors, _, _ = read_digested(file)
    weights = tensors.get("weights")
    if weights is None or tuple(weights.shape) != SHAPE or not bool(weights.isfinite().all()):
        raise SkelshotError(
            f"{file}: found no {SHAPE[0]} x {SHAPE[1]} finite weights of a residual discriminator; "
            "install Skelshot again"
        )
    return weights.float()


def write_weights(file: Path, weights: Tensor, trained_on: str) -> None:
    """Write weights.

    Args:
        file: The file.
        weights: One a residual and term, of `SHAPE`.
        trained_on: What they were learnt from.

    Raises:
        SkelshotError: What stands at `file` is no regular file.
    """
    write_digested(file, {"weights": weights}, {"trained_on": trained_on})
