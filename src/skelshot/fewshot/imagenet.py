"""Public ImageNet weights for our ResNet-18, from a file in torchvision's layout."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from skelshot.encoders.resnet import ResNet18
from skelshot.ground import SkelshotError

COUNTERS = "num_batches_tracked"
"""Of batch norms; older files lack them, and nothing here reads them."""


def load_imagenet(network: ResNet18, path: Path) -> None:
    """Fill a network with public weights; the 1000-class layer `fc` is left out.

    Args:
        network: What to fill; left as it is when the file does not fit.
        path: A `.safetensors` file, or a `.pth` file of tensors alone, which is read without
            running anything in it.

    Raises:
        SkelshotError: There is no such file, it is damaged or holds more than tensors, or a
            weight is missing, unknown, of another shape or not finite; one line names it.
    """
    found = {
        name: tensor
        for name, tensor in _read(path).items()
        if not name.startswith("fc.") and not name.endswith(COUNTERS)
    }
    ours = {name: t for name, t in network.state_dict().items() if not name.endswith(COUNTERS)}
    unlike = sorted(
        name
        for name in {*ours, *found}
        if name not in ours or name not in found or ours[name].shape != found[name].shape
    )
    if unlike:
        name = unlike[0]
        there, wanted = (
            str(tuple(tensors[name].shape)) if name in tensors else "none"
            for tensors in (found, ours)
        )
        raise SkelshotError(
            f"{path}, tensor {name!r}: found {there}, ResNet-18 has {wanted} "
            f"({len(unlike)} of {len(ours)} differ); give ResNet-18 weights in torchvision's layout"
        )
    for name, tensor in found.items():
        if not bool(torch.isfinite(tensor).all()):
            raise SkelshotError(
                f"{path}, tensor {name!r}: holds NaN or infinite values, expected none; fetch "
                "the file again"
            )
    network.load_state_dict(found, strict=False)


def _read(path: Path) -> dict[str, Tensor]:
    """Read all tensors of a file by name."""
    if path.suffix not in (".safetensors", ".pth", ".pt"):
        raise SkelshotError(
            f"{path}: found the ending {path.suffix!r}, expected .safetensors or .pth"
        )
    if not path.is_file():
        raise SkelshotError(
            f"{path}: no such file, expected ResNet-18 weights in torchvision's layout"
        )
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged files fail in many ways
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise SkelshotError(f"{path}: damaged, or it holds more than tensors ({first})") from error
    if not isinstance(loaded, dict) or not all(isinstance(t, Tensor) for t in loaded.values()):
        raise SkelshotError(
            f"{path}: found a {type(loaded).__name__} of more than tensors, expected one mapping "
            "from names to tensors, as torchvision writes it"
        )
    return dict(loaded)
