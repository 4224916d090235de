"""From a spec to an encoder with fresh weights."""

import torch

from skelshot.encoders.agcn import AGCN
from skelshot.encoders.base import Encoder
from skelshot.encoders.ctr_gcn import CTRGCN
from skelshot.encoders.spec import EncoderSpec
from skelshot.encoders.st_gcn import STGCN


def build_encoder(spec: EncoderSpec, seed: int | None = None) -> Encoder:
    """Build an encoder whose first weights follow from the seed alone.

    Torch's global random state is left as it was.

    Args:
        spec: The encoder's shape.
        seed: Where the first weights come from; None takes fresh ones each time.

    Returns:
        The encoder, in training mode, on the CPU.

    Example:
        >>> spec = EncoderSpec(name="ctr-gcn", layout="kinect-v1", frames=16, width=0.125)
        >>> build_encoder(spec, seed=0)(torch.zeros(2, 3, 16, 20, 1)).shape
        torch.Size([2, 32])
    """
    with torch.random.fork_rng(devices=[]):
        if seed is None:
            torch.seed()
        else:
            torch.manual_seed(seed)
        match spec.name:
            case "st-gcn":
                return STGCN(spec)
            case "agcn":
                return AGCN(spec)
            case "ctr-gcn":
                return CTRGCN(spec)
