"""f_vl = f_v + f_t, against the formula written out."""

import math

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import combine, mean_text


def unit(vector: list[float]) -> list[float]:
    length = math.sqrt(sum(x * x for x in vector))
    return [x / length for x in vector]


def test_sum_of_unit_vectors() -> None:
    f_v, f_t = [3.0, -4.0, 12.0], [0.5, 2.0, -1.0]
    expected = [a + b for a, b in zip(unit(f_v), unit(f_t), strict=True)]
    found = combine(torch.tensor([f_v]), torch.tensor([f_t]))
    assert found[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_raw_sum() -> None:
    found = combine(torch.tensor([3.0, -4.0]), torch.tensor([1.0, 1.0]), normalise=False)
    assert found.tolist() == [4.0, -3.0]


@pytest.mark.parametrize("text_only", [True, False])
def test_one_part_alone(text_only: bool) -> None:
    part = torch.tensor([[3.0, 4.0]])
    f_v, f_t = (None, part) if text_only else (part, None)
    assert torch.equal(combine(f_v, f_t, normalise=False), part)
    assert combine(f_v, f_t)[0].tolist() == pytest.approx([0.6, 0.8])


def test_misfits_are_refused() -> None:
    with pytest.raises(SkelshotError, match="512 dimensions and text features 384"):
        combine(torch.ones(2, 512), torch.ones(2, 384))
    with pytest.raises(SkelshotError, match="neither video nor text"):
        combine(None, None)


def test_mean_over_renderings() -> None:
    text = torch.tensor([[[3.0, 4.0], [0.0, 5.0]], [[1.0, 0.0], [1.0, 0.0]]])
    assert mean_text(text, normalise=False).tolist() == [[1.5, 4.5], [1.0, 0.0]]
    expected = unit([(0.6 + 0.0) / 2, (0.8 + 1.0) / 2])
    assert mean_text(text)[0].tolist() == pytest.approx(expected, abs=1e-6)
