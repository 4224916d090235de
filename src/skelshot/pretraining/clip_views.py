"""Views of a batch of clips: every clip changed at random, then brought into streams."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from skelshot.skeletons import SkeletonLayout, Stream, stream
from skelshot.skeletons.view_recipes import ViewRecipe, draw_view


def clip_views(
    clips: Tensor,
    layout: SkeletonLayout,
    recipe: ViewRecipe,
    streams: Sequence[Sequence[Stream]],
    rngs: Sequence[np.random.Generator],
) -> list[Tensor]:
    """Draw one view of each clip and take several sets of streams of it.

    Args:
        clips: Normalised joints (n, C, T, V, M), absent persons zero.
        layout: Names the joints.
        recipe: How far the views may be from the clips.
        streams: What each encoder eats; the streams of one set stand side by side.
        rngs: One generator a clip.

    Returns:
        One tensor (n, C * streams in the set, T, V, M) a set, all of the same view, on the
        device of the clips.

    Example:
        >>> from skelshot.skeletons import KINECT_V1
        >>> clips, plain = torch.ones(2, 3, 8, 20, 1), ViewRecipe()
        >>> rngs = [np.random.default_rng(0)] * 2
        >>> sets = [["joint"], ["joint", "bone"]]
        >>> [tuple(x.shape) for x in clip_views(clips, KINECT_V1, plain, sets, rngs)]
        [(2, 3, 8, 20, 1), (2, 6, 8, 20, 1)]
    """
    arrays = np.ascontiguousarray(clips.detach().cpu().float().numpy().transpose(0, 4, 2, 3, 1))
    drawn: list[list[np.ndarray]] = [[] for _ in streams]
    for joints, rng in zip(arrays, rngs, strict=True):
        view, present = draw_view(joints, joints.any(axis=(2, 3)), layout, recipe, rng)
        kinds = {kind for one in streams for kind in one}
        found = {kind: stream(view, present, layout, kind) for kind in kinds}
        for place, one in enumerate(streams):
            drawn[place].append(np.concatenate([found[kind] for kind in one], axis=3))
    return [_as_input(views, clips.device) for views in drawn]


def _as_input(views: Sequence[np.ndarray], device: torch.device) -> Tensor:
    """Stack views (M, T, V, C) as an encoder's input (n, C, T, V, M)."""
    stacked = np.stack(views).transpose(0, 4, 2, 3, 1)
    return torch.from_numpy(np.ascontiguousarray(stacked, dtype=np.float32)).to(device)
