"""What the encoders' tests share."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from skelshot.encoders import Encoder, build_encoder, read_spec

Close = Callable[[Tensor, Tensor], None]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture
def close() -> Close:
    """Assert that two tensors agree to 1e-5 of the largest value."""

    def check(ours: Tensor, theirs: Tensor) -> None:
        assert ours.shape == theirs.shape
        scale = theirs.abs().max().item()
        assert scale > 0
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5 * scale)

    return check


@pytest.fixture
def same_gradients(close: Close) -> Callable[[Tensor, Tensor, list[Tensor]], None]:
    """Assert that two outputs agree, and so do their gradients for the given tensors."""

    def check(ours: Tensor, theirs: Tensor, wanted: list[Tensor]) -> None:
        close(ours, theirs)
        probe = torch.randn_like(ours)
        gradients = (torch.autograd.grad(y, wanted, probe) for y in (ours, theirs))
        for mine, reference in zip(*gradients, strict=True):
            close(mine, reference)

    return check


@pytest.fixture
def stir() -> Callable[[torch.nn.Module], None]:
    """Move every parameter away from its first value, so that none is silent."""

    def move(module: torch.nn.Module) -> None:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))

    return move


@pytest.fixture
def small() -> Callable[..., Encoder]:
    """Build a narrow encoder in evaluation mode."""

    def build(name: str = "agcn", **changes: object) -> Encoder:
        shape: dict[str, object] = {"layout": "kinect-v1", "frames": 8, "width": 0.125}
        return build_encoder(read_spec({"name": name, **shape, **changes}), seed=0).eval()

    return build
