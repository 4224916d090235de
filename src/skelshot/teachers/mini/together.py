"""Last stage: all of the model learns from whole clips and their captions, gently."""

import numpy as np
from torch import Tensor

from skelshot.ground.precision import fast_autocast
from skelshot.ground.seeding import rng_for
from skelshot.teachers.mini.changing import Changes, pixels_of
from skelshot.teachers.mini.contrast import prompted_contrast
from skelshot.teachers.mini.helping import changed_joints, found_joints
from skelshot.teachers.mini.material import Batch, Material
from skelshot.teachers.mini.model import prompted_vectors, video_vectors
from skelshot.teachers.mini.recipe import Course, Recipe
from skelshot.teachers.mini.stages import Learner
from skelshot.teachers.mini.team import Team
from skelshot.teachers.mini.telling import telling


class Together:
    """Clips to captions, plain and prompted.

    Args:
        team: Which share of each batch is this process's.
        learner: The model and its helpers.
        material: Clips and captions.
    """

    name = "together"
    learns = ("model.", "helpers.")

    def __init__(self, team: Team, learner: Learner, material: Material) -> None:
        self._team = team
        self._learner = learner
        self._material = material

    @property
    def course(self) -> Course:
        """Clips shown, and how many at once."""
        return self._material.recipe.together

    def losses(self, step: int) -> dict[str, Tensor]:
        """Calculate a step's losses as `losses_of` tells.

        Args:
            step: Number of the step, from 0.
        """
        material, recipe = self._material, self._material.recipe
        batch = material.batch(step, self.course.batch, self.name)
        rows = self._team.share(len(batch.clips))
        rng = rng_for("mini teacher", recipe.seed, "changes", step)
        changes = Changes.draw(recipe, len(batch.clips), rng).part(rows)
        pixels = pixels_of(np.asarray(material.bank.frames[batch.clips[rows]]), changes)
        joints = changed_joints(np.asarray(material.bank.joints[batch.clips[rows]]), changes)
        return losses_of(self._team, self._learner, pixels, joints, batch, recipe)


def losses_of(
    team: Team, learner: Learner, pixels: Tensor, joints: Tensor, batch: Batch, recipe: Recipe
) -> dict[str, Tensor]:
    """Calculate a batch's losses.

    Args:
        team: Which share of the batch is this process's.
        learner: The model and its helpers.
        pixels: This process's clips (V / processes, T, 3, S, S).
        joints: Where the joints are in them, as `changed_joints` tells.
        batch: The whole batch.
        recipe: Weights of the terms.

    Returns:
        `loss`, which is minimised; the terms of `telling`; `prompted`, `joints` and `places`.
        Averaged over the processes, the gradients are those of one process with the whole batch.
    """
    model, helpers = learner.model, learner.helpers
    clips = team.share(len(batch.clips))
    with fast_autocast():
        f_v, patches, states, frames = video_vectors(model, pixels)
    told = telling(team, learner, f_v, batch, recipe)
    own = slice(0, len(batch.clips))  # the captions of the batch's own clips
    with fast_autocast():
        bent = prompted_vectors(model, told.texts[own], patches)
    prompted = prompted_contrast(f_v, bent, told.scale, told.right[clips, own])
    places, in_patches = found_joints(helpers, frames, states, joints)
    loss = told.loss + recipe.prompted * prompted
    loss = loss + recipe.joints * in_patches + recipe.places * places
    further = {"prompted": prompted, "joints": in_patches, "places": places}
    return {
        "loss": loss,
        **told.terms,
        **{name: term.detach() for name, term in further.items()},
    }
