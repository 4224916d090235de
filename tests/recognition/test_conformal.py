"""The conformal promise, against the definition, crepes and by drawing."""

import numpy as np
import pytest
import torch
from crepes import ConformalClassifier

from skelshot.ground import SkelshotError
from skelshot.recognition.conformal import Conformal, halves


def literal(held: list[float], value: float) -> float:
    """The p-value as it is defined: the rank of a clip among the calibration clips and itself."""
    return sum(each <= value for each in [*held, value]) / (len(held) + 1)


def test_p_values_are_those_of_the_definition() -> None:
    generator = torch.Generator().manual_seed(0)
    held, asked = torch.randn(19, generator=generator), torch.randn(50, generator=generator)
    expected = [literal(held.tolist(), value) for value in asked.tolist()]
    assert Conformal(held)(asked).tolist() == pytest.approx(expected)


def test_p_values_are_those_of_crepes() -> None:
    """Known looks count the other way there: larger is stranger."""
    rng = np.random.default_rng(2)
    held, asked = rng.normal(size=29).round(1), rng.normal(size=60).round(1)  # with ties
    theirs = ConformalClassifier().fit(-held).predict_p(-asked[:, None], smoothing=False)[:, 0]
    ours = Conformal(torch.from_numpy(held))(torch.from_numpy(asked))
    assert ours.tolist() == pytest.approx(theirs.tolist())


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
def test_known_clips_are_refused_no_more_often_than_promised(alpha: float) -> None:
    generator = torch.Generator().manual_seed(1)
    numbers = torch.rand(4000, 40, generator=generator) ** 3
    refused = [float(Conformal(row[:39])(row[39:])[0]) <= alpha + 1e-9 for row in numbers]
    share = sum(refused) / len(refused)
    assert share <= alpha + 0.015
    assert share >= alpha - 0.03  # and no clip is kept for nothing


@pytest.mark.parametrize(("alpha", "needed"), [(0.5, 1), (0.2, 4), (0.1, 9), (0.05, 19)])
def test_enough_exemplars_are_asked_for(alpha: float, needed: int) -> None:
    enough = torch.zeros(2 * needed, dtype=torch.int64)
    assert len(halves(enough, alpha)[1]) == needed
    with pytest.raises(SkelshotError, match=f"--conformal {alpha:g}: found {needed - 1} exemplars"):
        halves(enough[2:], alpha)
