"""From numbers to probabilities."""

import pytest
import torch

from skelshot.recognition.calibration import Calibration


def test_half_way_is_a_half_and_more_is_surer() -> None:
    generator = torch.Generator().manual_seed(0)
    unknown = torch.randn(500, generator=generator)
    known = torch.randn(500, generator=generator) + 3
    told = Calibration.of(unknown, known)(torch.tensor([0.0, 1.5, 3.0]))
    assert told[1] == pytest.approx(0.5, abs=0.1)
    assert told[0] < 0.05
    assert told[2] > 0.95


def test_probabilities_are_right_as_often_as_they_say() -> None:
    generator = torch.Generator().manual_seed(1)
    unknown = torch.randn(5000, generator=generator)
    known = torch.randn(5000, generator=generator) + 1.5
    told = Calibration.of(unknown, known)(torch.cat([unknown, known]))
    truth = torch.cat([torch.zeros(5000), torch.ones(5000)])
    for low in (0.1, 0.3, 0.5, 0.7):
        inside = (told >= low) & (told < low + 0.2)
        assert float(truth[inside].mean()) == pytest.approx(low + 0.1, abs=0.06)


def test_clips_of_one_person_that_are_much_alike_leave_room_for_others() -> None:
    """Their spread would make a clip that is a little less near impossible."""
    calibration = Calibration.of(torch.tensor([-0.1, 0.0, 0.1]), torch.tensor([10.0, 10.0, 10.1]))
    told = calibration(torch.tensor([0.0, 4.0, 5.0, 6.0, 10.0]))
    assert told.tolist() == pytest.approx([0.04, 0.34, 0.5, 0.66, 0.96], abs=0.02)


@pytest.mark.parametrize(
    ("unknown", "known"),
    [([0.0, 1.0], []), ([2.0], []), ([1.0, 1.0], [1.0]), ([3.0, 4.0], [1.0, 2.0])],
)
def test_few_clips_or_none_give_probabilities_that_rise(unknown, known) -> None:
    calibration = Calibration.of(torch.tensor(unknown), torch.tensor(known))
    told = calibration(torch.linspace(-9, 9, 50))
    assert bool(told.isfinite().all())
    assert bool((told.diff() >= 0).all())
