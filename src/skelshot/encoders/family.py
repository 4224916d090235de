"""The family of encoders: those that ship, and those that other packages register."""

from collections.abc import Mapping
from typing import Any

from skelshot.encoders.agcn import AGCN
from skelshot.encoders.base import Encoder
from skelshot.encoders.ctr_gcn import CTRGCN
from skelshot.encoders.image_network import ImageNetwork
from skelshot.encoders.multi_stream import MultiStream
from skelshot.encoders.skeleton_transformer import SkeletonTransformer
from skelshot.encoders.spec import EncoderSpec
from skelshot.encoders.st_gcn import STGCN
from skelshot.ground import SkelshotError
from skelshot.ground.families import Family
from skelshot.ground.options import as_written, read_alone


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of an encoder from outside, or None."""
    if not issubclass(part, Encoder):
        return f"found the class {part.__name__}, expected a sub-class of skelshot.encoders.Encoder"
    kind: object = part.spec_type
    if not (isinstance(kind, type) and issubclass(kind, EncoderSpec)):
        return f"found spec_type = {kind!r:.80}, expected a sub-class of EncoderSpec"
    if part.forward is not Encoder.forward:
        return (
            "overrides forward, which is the mean of feature_map for all encoders; pool within "
            "feature_map and return (N, M, D, 1, 1)"
        )
    return None


SHIPPED: tuple[type[Encoder], ...] = (
    STGCN,
    AGCN,
    CTRGCN,
    SkeletonTransformer,
    MultiStream,
    ImageNetwork,
)

ENCODERS: Family[Encoder] = Family("encoder", SHIPPED, _problem)
"""All encoders by name; another package adds its own in the group `skelshot.encoders`."""


def read_spec(document: Mapping[str, Any], *, written: bool = False) -> EncoderSpec:
    """Read a specification from plain values, as the spec model of the encoder that it names.

    Args:
        document: Names and values, flat.
        written: It stands in a file, so that an option it lacks means what held before the
            option was there; else the default.

    Returns:
        The specification.

    Raises:
        SkelshotError: There is no encoder of that name, at least not installed here, or a value
            is unknown or out of range; one line.

    Example:
        >>> read_spec({"name": "agcn", "layout": "kinect-v2", "width": 0.5}).frames
        64
    """
    name = document.get("name")
    if not isinstance(name, str):
        raise SkelshotError(
            f"encoder spec, name: found {name!r:.80}, expected one of {', '.join(ENCODERS.names)}"
        )
    try:
        kind = ENCODERS.named(name, "encoder spec, name")
    except SkelshotError as error:
        if name in ENCODERS.names:
            raise
        raise SkelshotError(f"{error}; one of another package must be installed here") from error
    document = as_written(kind.spec_type, document) if written else document
    return read_alone(kind.spec_type, {**document, "name": kind.name})
