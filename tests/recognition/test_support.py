"""What exemplars say of each other, against loops written out."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from skelshot.explain.decision import FeaturePath
from skelshot.fewshot import NearestNeighbour
from skelshot.recognition.support import Support
from skelshot.recognition.term import Term
from skelshot.skeletons import InputSpec

LABELS = [0, 1, 1, 0, 2, 1]


def support_of(to: str) -> Support:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(len(LABELS), 4, generator=generator)
    method = NearestNeighbour.from_options({"distance": "cosine", "to": to})
    path = FeaturePath(None, method, InputSpec(layout="kinect-v1"))
    return Support(
        (Term(path, 1.0, by_action=to != "exemplar"),),
        (features,),
        torch.tensor(LABELS),
        ("wave", "bow", "kick"),
        tuple("abcdef"),
        torch.arange(len(LABELS)),
    )


def literal(support: Support, query: Tensor, rows: list[int], to: str) -> list[float]:
    """Score a query by loops: by the nearest exemplar, the mean of unit vectors, or both."""
    scores = []
    for action in range(3):
        mine = [support.features[0][row] for row in rows if LABELS[row] == action]
        units = [one / one.norm() for one in mine]
        groups = [] if to == "mean" else [units]
        if to != "exemplar" and units:
            mean = torch.stack(units).mean(0)
            groups.append([mean / mean.norm()])
        nearest = [
            max((float(one @ query / query.norm()) for one in group), default=float("-inf"))
            for group in groups
        ]
        scores.append(sum(nearest) / len(nearest) if nearest else float("-inf"))
    return scores


@pytest.mark.parametrize("to", ["exemplar", "mean", "both"])
def test_unequal_numbers_of_exemplars(to: str) -> None:
    support = support_of(to)
    query = torch.randn(1, 4, generator=torch.Generator().manual_seed(1))
    found = support.evidence([query]).terms[0, 0].tolist()
    assert found == pytest.approx(literal(support, query[0], list(range(6)), to), abs=1e-6)


@pytest.mark.parametrize("to", ["exemplar", "mean", "both"])
def test_exemplars_are_compared_without_themselves(to: str) -> None:
    support = support_of(to)
    evidence, places = support.without_themselves()
    assert places.tolist() == [0, 1, 2, 3, 5]  # the only kick has no other
    for row, place in enumerate(places.tolist()):
        others = [other for other in range(6) if other != place]
        expected = literal(support, support.features[0][place], others, to)
        assert evidence.terms[0, row].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("to", ["exemplar", "mean", "both"])
def test_exemplars_are_compared_without_their_actions(to: str) -> None:
    support = support_of(to)
    parts = support.without_their_actions()
    assert [part.actions.tolist() for part in parts] == [[1, 2], [0, 2], [0, 1]]
    for action, part in enumerate(parts):
        rows = [row for row, label in enumerate(LABELS) if label == action]
        for number, row in enumerate(rows):
            every = literal(support, support.features[0][row], list(range(6)), to)
            expected = [score for other, score in enumerate(every) if other != action]
            assert part.terms[0, number].tolist() == pytest.approx(expected, abs=1e-6)


def test_one_action_has_nothing_unknown() -> None:
    support = replace(support_of("exemplar"), actions=("wave",), labels=torch.zeros(6).long())
    assert support.without_their_actions() == ()


def test_a_part_keeps_the_actions_numbers() -> None:
    part = support_of("exemplar").part(torch.tensor([1, 4]))
    assert (part.labels.tolist(), part.names, part.actions) == (
        [1, 2],
        ("b", "e"),
        ("wave", "bow", "kick"),
    )
    assert part.evidence(part.features).terms[0, 0, 0] == -torch.inf
