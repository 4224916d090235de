"""Movements of other kinds that come with the package, for the background."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import read_digested, write_digested
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.layouts import layout_named
from skelshot.skeletons.mappings import map_layout
from skelshot.skeletons.timing import resize_time

FILE = "background.safetensors"
LAYOUT = "kinect-v1"
FRAMES = 24
"""Frames that a movement is kept in, as many as the packaged encoder and `raw-dtw` look at."""


@dataclass(frozen=True, eq=False)
class OtherMovements:
    """B movements, and what one encoder says of them.

    Args:
        sequences: The movements, B of one person each.
        features: What the encoder says of them, (B, ...).
        fingerprint: Of that encoder and of the way from clip to feature, as an engine's.
    """

    sequences: tuple[SkeletonSequence, ...]
    features: Tensor
    fingerprint: str


def packaged_movements() -> OtherMovements:
    """Read the movements that come with the package.

    Returns:
        The movements.

    Raises:
        SkelshotError: Their file is missing or damaged.

    Example:
        >>> len(packaged_movements().sequences)
        40
    """
    return read_movements(Path(str(resources.files("skelshot.encoders.packaged"))) / FILE)


def read_movements(file: Path) -> OtherMovements:
    """Read movements of a file.

    Args:
        file: What `write_movements` wrote.

    Returns:
        The movements, in float32.

    Raises:
        SkelshotError: The file is missing, damaged or no such file.
    """
    tensors, notes, _ = read_digested(file)
    if tensors.keys() != {"joints", "features"} or "fingerprint" not in notes:
        raise SkelshotError(f"{file}: found no movements of a background; install Skelshot again")
    layout = layout_named(LAYOUT)
    sequences = tuple(
        SkeletonSequence(joints, np.ones(joints.shape[:2], bool), layout)
        for joints in tensors["joints"].float().numpy()[:, None]
    )
    return OtherMovements(sequences, tensors["features"].float(), notes["fingerprint"])


def short_movement(clip: SkeletonSequence) -> SkeletonSequence:
    """Bring the movement of a clip's first person to the form in which a background keeps it.

    Args:
        clip: A clip whose first person is there in some frame.

    Returns:
        `FRAMES` frames in the joints of `LAYOUT`, rounded as they are kept.

    Raises:
        SkelshotError: The joints cannot be made of the clip's.
    """
    mapped = map_layout(clip, layout_named(LAYOUT))
    joints = resize_time(mapped.joints[:1, mapped.present[0]], FRAMES)
    rounded = joints.astype(np.float16).astype(np.float32)
    return SkeletonSequence(rounded, np.ones(rounded.shape[:2], bool), mapped.layout)


def write_movements(
    file: Path, sequences: Sequence[SkeletonSequence], features: Tensor, fingerprint: str
) -> None:
    """Write movements, in float16, and what an encoder says of them.

    Args:
        file: The file.
        sequences: B movements, each of `short_movement`.
        features: (B, ...).
        fingerprint: Of the encoder.

    Raises:
        SkelshotError: What stands at `file` is no regular file.
    """
    joints = torch.from_numpy(np.concatenate([one.joints for one in sequences]))
    tensors = {"joints": joints.half(), "features": features.half()}
    write_digested(file, tensors, {"fingerprint": fingerprint})
