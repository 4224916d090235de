"""Caption training, the second stage: captions from cached frame vectors, image encoder frozen.

Each clip's frames are seen once, in a few random views, and kept. What is left to learn is small,
so that a clip costs a fiftieth of a pass through the pictures.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from skelshot.ground.mapped import fresh_map
from skelshot.ground.precision import fast_autocast
from skelshot.ground.progress import progress_bar
from skelshot.ground.seeding import rng_for
from skelshot.mini_teacher.caption_losses import caption_losses
from skelshot.mini_teacher.changing import Changes, pixels_of
from skelshot.mini_teacher.material import Material
from skelshot.mini_teacher.model import frame_vectors
from skelshot.mini_teacher.stages import MiniStage, Towers
from skelshot.mini_teacher.team import Team
from skelshot.teachers.models.frozen import pooled

CHUNK = 32
"""Clips that are seen at once."""


class CaptionTraining(MiniStage):
    """Caption training: the layers over time and the text encoder learn from frame vectors.

    Args:
        team: Which share of each batch is this process's.
        towers: The model and its auxiliary heads.
        material: Clips and captions.
        save_every: Steps between two checkpoints.
        seen: File of the frames' vectors, which belong to one recipe and bank.
    """

    name = "understanding"  # in checkpoints, logs, options and the seeds of random numbers
    learns = (
        "model.mit",
        "model.text_model",
        "model.text_projection",
        "model.logit_scale",
        "auxiliary.video_parts",
        "auxiliary.text_parts",
    )

    def __init__(
        self, team: Team, towers: Towers, material: Material, save_every: int, seen: Path
    ) -> None:
        super().__init__(team, towers, material, save_every)
        self._file = seen

    @cached_property
    def _seen(self) -> NDArray[np.float16]:
        """Vectors of the training clips' frames (n, views, T, D); those of other clips are zero."""
        recipe, bank, team = self._material.recipe, self._material.bank, self._team
        shape = (len(bank.frames), recipe.views, recipe.shape.frames, recipe.shape.dim)
        if team.rank == 0 and not self._file.exists():
            partial = self._file.with_suffix(".partial")
            empty = fresh_map(partial, np.float16, shape)
            empty[self._material.clips] = np.nan
            empty.flush()
            partial.replace(self._file)
        team.wait()
        kept = open_memmap(self._file, mode="r+")
        firsts = range(0, len(self._material.clips), CHUNK)
        own = firsts[team.share(len(firsts))]
        with progress_bar("mini teacher, frames seen", total=len(own) * CHUNK) as bar:
            for first in own:
                rows = self._material.clips[first : first + CHUNK]
                if np.isnan(kept[rows[-1], -1, -1, -1]):
                    for view in range(recipe.views):
                        kept[rows, view] = self._see(rows, view)
                    kept.flush()
                bar.advance(CHUNK)
        team.wait()
        return kept

    def _see(self, rows: NDArray[np.int64], view: int) -> NDArray[np.float16]:
        recipe = self._material.recipe
        rng = rng_for("mini teacher", recipe.seed, "view", view, int(rows[0]))
        changes = Changes.draw(recipe, len(rows), rng)
        pixels = pixels_of(np.asarray(self._material.bank.frames[rows]), changes)
        with torch.inference_mode(), fast_autocast():
            vectors, _ = frame_vectors(self._towers.model, pixels)
        found: NDArray[np.float16] = vectors.to(torch.float16).numpy()
        return found

    def losses(self, step: int) -> dict[str, Tensor]:
        """Contrast a batch's clips with captions.

        Args:
            step: Number of the step, from 0.
        """
        recipe = self._material.recipe
        batch = self._material.batch(step, self.options.batch, self.name)
        rng = rng_for("mini teacher", recipe.seed, "views", step)
        views = rng.integers(recipe.views, size=len(batch.clips))
        rows = self._team.share(len(batch.clips))
        frames = torch.from_numpy(self._seen[batch.clips[rows], views[rows]]).float()
        with fast_autocast():
            f_v = pooled(self._towers.model.mit(frames))
        told = caption_losses(self._team, self._towers, f_v, batch, recipe)
        return {"loss": told.loss, **told.terms}
