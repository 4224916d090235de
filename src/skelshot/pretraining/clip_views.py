"""Random views of a clip, each as the streams of an encoder's input."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from skelshot.skeletons import SkeletonLayout, Stream, stream
from skelshot.skeletons.sequence import BoolArray
from skelshot.skeletons.view_augmentation import ViewAugmentation, augment_view


def clip_views(
    clip: Tensor,
    layout: SkeletonLayout,
    augmentation: ViewAugmentation,
    streams: Sequence[Sequence[Stream]],
    rng: np.random.Generator,
) -> list[Tensor]:
    """Draw one view of a clip and take several sets of streams of it.

    Args:
        clip: Normalised joints (C, T, V, M), absent persons zero.
        layout: Names the joints.
        augmentation: How far the view may be from the clip.
        streams: A set for each encoder, whose streams are concatenated on the channel axis.
        rng: Where its numbers come from.

    Returns:
        One tensor (C * streams in the set, T, V, M) a set, all of the same view.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> clip, plain = torch.ones(3, 8, 20, 1), ViewAugmentation()
        >>> sets = [["joint"], ["joint", "bone"]]
        >>> views = clip_views(clip, KINECT_V1, plain, sets, np.random.default_rng(0))
        >>> [tuple(view.shape) for view in views]
        [(3, 8, 20, 1), (6, 8, 20, 1)]
    """
    joints = np.ascontiguousarray(clip.numpy().transpose(3, 1, 2, 0))
    seen: BoolArray = np.asarray(joints.any(axis=(2, 3)))
    view, present = augment_view(joints, seen, layout, augmentation, rng)
    kinds = {kind for one in streams for kind in one}
    found = {kind: stream(view, present, layout, kind) for kind in kinds}
    joined = (np.concatenate([found[kind] for kind in one], axis=3) for one in streams)
    return [
        torch.from_numpy(np.ascontiguousarray(each.transpose(3, 1, 2, 0), dtype=np.float32))
        for each in joined
    ]
