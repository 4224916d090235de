"""Encoders with fresh weights, made from a specification."""

import torch

from skelshot.encoders.base import Encoder
from skelshot.encoders.family import ENCODERS
from skelshot.encoders.spec import EncoderSpec
from skelshot.ground import SkelshotError


def build_encoder(spec: EncoderSpec, seed: int | None = None) -> Encoder:
    """Build an encoder whose first weights follow from the seed alone.

    Torch's global random state is left as it was. An encoder of another package is tried on two
    random clips, so that one that breaks the contract is told before any training.

    Args:
        spec: The encoder's shape.
        seed: Where the first weights come from; None takes fresh ones each time.

    Returns:
        The encoder, in training mode, on the CPU.

    Raises:
        SkelshotError: There is no such encoder, the spec is another encoder's, or the encoder
            of another package does not work.

    Example:
        >>> from skelshot.encoders import GraphNetworkSpec
        >>> spec = GraphNetworkSpec(name="ctr-gcn", layout="kinect-v1", frames=16, width=0.125)
        >>> build_encoder(spec, seed=0)(torch.zeros(2, 3, 16, 20, 1)).shape
        torch.Size([2, 32])
    """
    kind = ENCODERS.named(spec.name)
    if not isinstance(spec, kind.spec_type):
        raise SkelshotError(
            f"encoder {spec.name}: found a {type(spec).__name__}, expected a "
            f"{kind.spec_type.__name__}; make one, or read it with read_spec"
        )
    with torch.random.fork_rng(devices=[]):
        if seed is None:
            torch.seed()
        else:
            torch.manual_seed(seed)
        if kind in ENCODERS.shipped:
            return kind(spec)
        return _tried(kind, spec)


def _tried(kind: type[Encoder], spec: EncoderSpec) -> Encoder:
    """Build an encoder from outside and look whether it keeps what the contract promises."""
    with ENCODERS.telling(spec.name):
        encoder = kind(spec)
        problem = _broken_promise(encoder)
    if problem:
        maker = ENCODERS.origin(spec.name)
        raise SkelshotError(f"encoder {spec.name}{maker}: {problem}; mend or uninstall it")
    return encoder.train()


@torch.no_grad()
def _broken_promise(encoder: Encoder) -> str | None:
    """Tell which promise an encoder does not keep on two random clips, if any."""
    spec = encoder.spec
    encoder.eval()
    clips = torch.randn(2, spec.channels, spec.frames, spec.layout.num_joints, spec.persons)
    found = tuple(encoder.feature_map(clips).shape)
    promised = (2, spec.persons, encoder.embed_dim)
    if len(found) != 5 or found[:3] != promised or 0 in found:
        return (
            f"feature_map gives {found}, expected (N, M, D, T', V') = "
            f"({', '.join(map(str, promised))}, T', V')"
        )
    return None
