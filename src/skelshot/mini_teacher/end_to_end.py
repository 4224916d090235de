"""End-to-end training, the last stage: all weights, whole clips and captions, a lower rate."""

import numpy as np
from torch import Tensor

from skelshot.ground.precision import fast_autocast
from skelshot.ground.seeding import rng_for
from skelshot.mini_teacher.auxiliary import changed_joints, found_joints
from skelshot.mini_teacher.caption_losses import caption_losses
from skelshot.mini_teacher.changing import Changes, pixels_of
from skelshot.mini_teacher.contrast import prompted_contrast
from skelshot.mini_teacher.material import Batch
from skelshot.mini_teacher.model import prompted_vectors, video_vectors
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.stages import MiniStage, Towers
from skelshot.mini_teacher.team import Team


class EndToEndTraining(MiniStage):
    """End-to-end training: all weights learn plain and prompted captions of whole clips.

    Args:
        team: Which share of each batch is this process's.
        towers: The model and its heads.
        material: Clips and captions.
        save_every: Steps between two checkpoints.
    """

    name = "together"  # in checkpoints, logs, options and the seeds of random numbers
    learns = ("model.", "auxiliary.")

    def losses(self, step: int) -> dict[str, Tensor]:
        """Calculate a step's losses as `losses_of` tells.

        Args:
            step: Number of the step, from 0.
        """
        material, recipe = self._material, self._material.recipe
        batch = material.batch(step, self.options.batch, self.name)
        rows = self._team.share(len(batch.clips))
        rng = rng_for("mini teacher", recipe.seed, "changes", step)
        changes = Changes.draw(recipe, len(batch.clips), rng).part(rows)
        pixels = pixels_of(np.asarray(material.bank.frames[batch.clips[rows]]), changes)
        joints = changed_joints(np.asarray(material.bank.joints[batch.clips[rows]]), changes)
        return losses_of(self._team, self._towers, pixels, joints, batch, recipe)


def losses_of(
    team: Team, towers: Towers, pixels: Tensor, joints: Tensor, batch: Batch, recipe: Recipe
) -> dict[str, Tensor]:
    """Calculate a batch's losses.

    Args:
        team: Which share of the batch is this process's.
        towers: The model and its heads.
        pixels: This process's clips (V / processes, T, 3, S, S).
        joints: Where the joints are in them, as `changed_joints` tells.
        batch: The whole batch.
        recipe: Weights of the terms.

    Returns:
        `loss`, which is minimised; the terms of `caption_losses`; `prompted`, `joints`, `places`.
        Averaged over the processes, the gradients are those of one process with the whole batch.
    """
    model, heads = towers.model, towers.auxiliary
    clips = team.share(len(batch.clips))
    with fast_autocast():
        f_v, patches, states, frames = video_vectors(model, pixels)
    told = caption_losses(team, towers, f_v, batch, recipe)
    own = slice(0, len(batch.clips))  # the captions of the batch's own clips
    with fast_autocast():
        bent = prompted_vectors(model, told.texts[own], patches)
    prompted = prompted_contrast(f_v, bent, told.scale, told.right[clips, own])
    places, in_patches = found_joints(heads, frames, states, joints)
    loss = told.loss + recipe.prompted * prompted
    loss = loss + recipe.joints * in_patches + recipe.places * places
    further = {"prompted": prompted, "joints": in_patches, "places": places}
    return {
        "loss": loss,
        **told.terms,
        **{name: term.detach() for name, term in further.items()},
    }
