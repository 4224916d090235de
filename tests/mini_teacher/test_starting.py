"""The start of training: filters, places, attention."""

from pathlib import Path

import numpy as np
import pytest
import torch

from skelshot.mini_teacher.bank import read_bank
from skelshot.mini_teacher.changing import pixels_of
from skelshot.mini_teacher.model import build_model, video_vectors
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.starting import (
    FLOOR,
    patches_of,
    place_waves,
    start_well,
    waves,
    whitening,
)


def test_filters_answer_without_correlation() -> None:
    rng = np.random.default_rng(0)
    patches = torch.from_numpy(rng.standard_normal((4000, 12)) @ rng.standard_normal((12, 12)))
    filters = whitening(patches, 8)
    answers = np.cov((patches @ filters.double().T).numpy().T)
    variances = np.sort(np.linalg.eigvalsh(np.cov(patches.numpy().T, bias=True)))[::-1][:8]
    wanted = np.diag(variances / (variances + FLOOR * variances[0]))
    np.testing.assert_allclose(answers, wanted, atol=2e-3)
    assert torch.equal(filters, whitening(patches, 8))


def test_places_differ_and_near_ones_are_alike() -> None:
    places = place_waves(6, 64)
    assert places.shape == (36, 64)
    far = torch.cdist(places, places)
    assert float((far + 99 * torch.eye(36)).min()) > 0.5
    assert float(far[0, 1]) < float(far[0, 3])
    assert torch.allclose(waves(torch.arange(4), 8).square().sum(1), torch.tensor(4.0))


@pytest.mark.teachers
def test_what_moves_changes_the_vectors_more(boxes: Path, tiny: Recipe) -> None:
    """The same clip backwards, before and after; the filters are those of the clips."""
    frames = read_bank(boxes).frames[:24]
    pixels = pixels_of(np.array(frames))
    model = build_model(tiny.shape, 700, seed=0)

    def change() -> float:
        with torch.no_grad():
            forth, back = (video_vectors(model, one)[0] for one in (pixels, pixels.flip(1)))
        return float((forth - back).norm() / forth.norm())

    before = change()
    start_well(model, frames)
    assert change() > 2 * before
    weight = model.vision_model.embeddings.patch_embedding.weight
    wanted = whitening(patches_of(frames, 4), 32).view(-1, 3, 4, 4)
    assert torch.equal(weight[: len(wanted)], wanted)
