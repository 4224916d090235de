"""Caption losses, shared by the last two stages: contrast, vector lengths, part labels."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.ground.precision import fast_autocast
from skelshot.mini_teacher.auxiliary import summed_cross_entropy
from skelshot.mini_teacher.contrast import length_term, same_action, symmetric_contrast
from skelshot.mini_teacher.material import Batch
from skelshot.mini_teacher.model import text_vectors
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.stages import Towers
from skelshot.mini_teacher.team import Team


@dataclass(frozen=True, eq=False)
class CaptionLosses:
    """Caption losses of a batch, and what further losses need.

    Args:
        loss: The weighted terms, a number.
        terms: `plain`, `length`, `video_parts`, `text_parts`, `scale`, and `top1`, the share of
            clips whose nearest caption is right; without gradients.
        texts: f_t of all captions of the batch (T, D).
        scale: What cosines are multiplied by, a number.
        right: Which caption is right for which clip of the batch (V, T), bool.
    """

    loss: Tensor
    terms: dict[str, Tensor]
    texts: Tensor
    scale: Tensor
    right: Tensor


def caption_losses(
    team: Team, towers: Towers, f_v: Tensor, batch: Batch, recipe: Recipe
) -> CaptionLosses:
    """Calculate the caption losses: contrast, vector lengths and part labels.

    Args:
        team: Which share of the batch is this process's.
        towers: The model and its heads.
        f_v: This process's clips (V / processes, D).
        batch: The whole batch.
        recipe: Weights of the terms.

    Returns:
        The losses; averaged over the processes, their gradients are those of one process with
        the whole batch.
    """
    model, heads = towers.model, towers.auxiliary
    clips, texts = team.share(len(batch.clips)), team.share(len(batch.tokens))
    right = same_action(torch.from_numpy(batch.clip_actions), torch.from_numpy(batch.text_actions))
    with fast_autocast():
        f_t = text_vectors(model, torch.from_numpy(batch.tokens[texts]))
    every_v = team.gather(f_v.float(), len(batch.clips))
    every_t = team.gather(f_t.float(), len(batch.tokens))
    scale: Tensor = model.logit_scale.exp()
    plain = symmetric_contrast(every_v, every_t, scale, right)
    length = (length_term(f_v) + length_term(f_t)) / 2
    shown, told = batch.clip_actions[clips], batch.text_actions[texts]
    video_parts = summed_cross_entropy(heads.video_parts(f_v.float()), heads.parts[shown])
    text_parts = summed_cross_entropy(heads.text_parts(f_t.float()), heads.parts[told])
    with torch.no_grad():
        nearest = normalize(every_t, dim=-1) @ every_v.T
        top1 = right.gather(1, nearest.argmax(dim=0)[:, None]).float().mean()
    loss = plain + recipe.length * length + recipe.parts * (video_parts + text_parts)
    terms = {"plain": plain, "length": length, "video_parts": video_parts}
    terms |= {"text_parts": text_parts, "scale": scale, "top1": top1}
    return CaptionLosses(
        loss, {name: term.detach() for name, term in terms.items()}, every_t, scale, right
    )
