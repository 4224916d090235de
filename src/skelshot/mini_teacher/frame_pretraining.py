"""Frame pre-training, the first stage: the image encoder learns joints and parts from frames.

What a clip says is told by where hands, feet and heads are. With the captions' contrast alone a
tower of a few thousand steps finds joints only to 4 % of the picture's side, and of captions that
a small model tells apart from true joints (54 % of 258) it reaches less than half. Places are
learnt fastest from single frames in small batches, without text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from torch import Tensor

from skelshot.ground.precision import fast_autocast
from skelshot.ground.seeding import rng_for
from skelshot.mini_teacher.auxiliary import changed_joints, found_joints, summed_cross_entropy
from skelshot.mini_teacher.changing import Changes, pixels_of
from skelshot.mini_teacher.model import frame_vectors
from skelshot.mini_teacher.stages import MiniStage


class FramePretraining(MiniStage):
    """Frame pre-training: joint positions and part labels from single frames.

    Args:
        team: Which share of each batch is this process's.
        towers: The model and its heads.
        material: The clips.
        save_every: Steps between two checkpoints.
    """

    name = "seeing"  # in checkpoints, logs, options and the seeds of random numbers
    learns = (
        "model.vision_model",
        "model.visual_projection",
        "auxiliary.joints",
        "auxiliary.places",
        "auxiliary.frame_parts",
    )

    def losses(self, step: int) -> dict[str, Tensor]:
        """Calculate the losses of joint positions, joints in patches and part labels.

        Args:
            step: Number of the step, from 0.
        """
        recipe, bank, heads = self._material.recipe, self._material.bank, self._towers.auxiliary
        rng = rng_for("mini teacher", recipe.seed, "seeing", step)
        size = self.options.batch
        clips = rng.choice(self._material.clips, size, replace=False)
        frames = rng.integers(recipe.shape.frames, size=size)
        rows = self._team.share(size)
        changes = Changes.draw(recipe, size, rng).part(rows)
        clips, frames = clips[rows], frames[rows]
        pixels = pixels_of(np.asarray(bank.frames[clips, frames])[:, None], changes)
        joints = changed_joints(np.asarray(bank.joints[clips, frames])[:, None], changes)
        with single_frames(self._towers.model), fast_autocast():
            vectors, states = frame_vectors(self._towers.model, pixels)
        places, in_patches = found_joints(heads, vectors, states, joints)
        shown = heads.parts[np.asarray(bank.action)[clips]]
        parts = summed_cross_entropy(heads.frame_parts(vectors.float()).flatten(0, 1), shown)
        return {
            "loss": recipe.places * places + recipe.joints * in_patches
            + recipe.frame_parts * parts,
            "places": places.detach(),
            "joints": in_patches.detach(),
            "frame_parts": parts.detach(),
        }  # fmt: skip


@contextmanager
def single_frames(model: Any) -> Iterator[None]:
    """Let the picture tower take each frame for a clip of its own within the block.

    Args:
        model: An `XCLIPModel`, whose layers pass messages between a clip's frames.
    """
    layers = model.vision_model.encoder.layers
    before = [layer.num_frames for layer in layers]
    try:
        for layer in layers:
            layer.num_frames = 1
        yield
    finally:
        for layer, count in zip(layers, before, strict=True):
            layer.num_frames = count
