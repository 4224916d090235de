"""Nearness to the mean of exemplars, from nearness between clips alone."""

from dataclasses import replace

import pytest
import torch

from skelshot.recognition.prototypes import to_prototypes
from skelshot.recognition.support import Support

from .test_support import LABELS, support_of


def unit(*rows: int) -> torch.Tensor:
    drawn = torch.randn(8, 5, generator=torch.Generator().manual_seed(3))
    return torch.nn.functional.normalize(drawn[list(rows)], dim=1)


def test_it_is_the_length_of_what_is_left_of_a_clip_without_the_mean() -> None:
    exemplars, clips = unit(0, 1, 2, 3), unit(4, 5)
    labels = torch.tensor([0, 1, 1, 1])
    found = to_prototypes(clips @ exemplars.T, exemplars @ exemplars.T, labels, 2)
    for action in (0, 1):
        left = clips - exemplars[labels == action].mean(0)
        torch.testing.assert_close(found[:, action], (1 - left.square().sum(1)) / 2)


def test_squared_distances_give_the_same_length() -> None:
    exemplars, clips = 3 * unit(0, 1, 2), 2 * unit(4, 5, 6)
    found = to_prototypes(
        -torch.cdist(clips, exemplars).square(),
        -torch.cdist(exemplars, exemplars).square(),
        torch.zeros(3).long(),
        1,
    )
    left = clips - exemplars.mean(0)
    torch.testing.assert_close(found[:, 0], -left.square().sum(1), rtol=1e-4, atol=1e-4)


def test_what_is_left_out_is_not_in_the_mean() -> None:
    exemplars = unit(0, 1, 2)
    among = exemplars @ exemplars.T
    itself = torch.eye(3, dtype=torch.bool)
    found = to_prototypes(among.masked_fill(itself, -torch.inf), among, torch.zeros(3).long(), 1)
    for place in range(3):
        others = [other for other in range(3) if other != place]
        alone = to_prototypes(
            among[place : place + 1, others],
            among[others][:, others],
            torch.zeros(2).long(),
            1,
        )
        torch.testing.assert_close(found[place], alone[0])


def test_an_action_without_exemplars_is_infinitely_far() -> None:
    itself = torch.full((1, 1), -torch.inf)
    found = to_prototypes(itself, torch.ones(1, 1), torch.tensor([1]), 3)
    assert found.tolist() == [[-torch.inf] * 3]


@pytest.mark.parametrize("to", ["exemplar", "mean", "both"])
def test_evidence_has_it_beside_the_background_alone(to: str) -> None:
    plain = support_of(to)
    assert plain.evidence(plain.features).prototypes is None
    support: Support = plain.against([plain.features[0].flip(0)])
    assert support.evidence(support.features).prototypes is not None
    told, places = support.without_themselves()
    assert told.prototypes is not None
    assert told.prototypes.shape == told.terms.shape
    for row, place in enumerate(places.tolist()):
        rest = support.part(torch.tensor([other for other in range(len(LABELS)) if other != place]))
        alone = rest.evidence([feature[place][None] for feature in support.features])
        assert alone.prototypes is not None
        torch.testing.assert_close(told.prototypes[:, row], alone.prototypes[:, 0])
        torch.testing.assert_close(told.residuals[:, :, row].isfinite().all(), torch.tensor(True))
    parts = support.without_their_actions()
    assert [part.prototypes.shape[2] for part in parts if part.prototypes is not None] == [2, 2, 2]


def test_without_prototypes_the_nearest_exemplar_stands_in() -> None:
    support = support_of("exemplar").against([support_of("exemplar").features[0].flip(0)])
    evidence = replace(support.evidence(support.features), prototypes=None)
    nearest, mean = evidence.residuals
    assert torch.equal(nearest, evidence.above_background)
    assert torch.equal(mean, nearest)
