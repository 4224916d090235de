"""Saved attributions: what is of another clip, or no attribution, is one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.explain.pictures.saved_maps import saved_importance
from skelshot.ground import SkelshotError

Make = Callable[..., Any]


def test_absolute_values_are_summed_over_coordinates(one: Any, tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(3, 14, 25, 1)).astype(np.float32)
    np.savez(tmp_path / "a.npz", values=values, label=3)
    found = saved_importance(tmp_path / "a.npz", one)
    assert np.allclose(found, np.abs(values).sum(0))


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"other": np.ones(3)}, r"found other float64 \(3,\), expected the array 'values'"),
        ({"values": np.ones((14, 25, 1))}, r"values: found float64 of shape \(14, 25, 1\)"),
        ({"values": np.ones((3, 9, 25, 1))}, r"expected numbers of shape \(3, 14, 25, 1\)"),
        ({"values": np.ones((3, 14, 25, 1), bool)}, "found bool of shape"),
        ({"values": np.full((3, 14, 25, 1), np.nan)}, "found 1050 of 1050 that are NaN"),
        ({"values": np.array([None], object)}, "a.npz"),
    ],
)
def test_what_is_no_attribution_of_the_clip(
    one: Any, tmp_path: Path, arrays: dict[str, Any], reason: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(SkelshotError, match=reason) as caught:
        saved_importance(tmp_path / "a.npz", one)
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_absent_or_cut(one: Any, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"a\.npz: cannot be read"):
        saved_importance(tmp_path / "a.npz", one)
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(SkelshotError, match=r"not a whole \.npz file"):
        saved_importance(tmp_path / "a.npz", one)
