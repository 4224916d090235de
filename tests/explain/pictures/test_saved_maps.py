"""Saved attributions: what is of another clip, or no attribution, is one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.explain.pictures.saved_maps import map_file, saved_map
from skelshot.ground import SkelshotError
from skelshot.ground.tensor_files import write_tensors

Make = Callable[..., Any]


@pytest.mark.parametrize("channels", [3, 2])
def test_absolute_values_are_summed_over_coordinates(
    one: Any, tmp_path: Path, channels: int
) -> None:
    """Two of a 3-D clip are those of its picture."""
    values = np.random.default_rng(0).normal(size=(channels, 14, 25, 1)).astype(np.float32)
    np.savez(tmp_path / "a.npz", values=values, label=3)
    found = saved_map(tmp_path / "a.npz", one)
    assert not found.best_effort
    assert np.allclose(found.importance, np.abs(values).sum(0))


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
        saved_map(tmp_path / "a.npz", one)
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_absent_or_cut(one: Any, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"a\.npz: cannot be read"):
        saved_map(tmp_path / "a.npz", one)
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(SkelshotError, match=r"not a whole \.npz file"):
        saved_map(tmp_path / "a.npz", one)


@pytest.mark.parametrize(
    ("notes", "best_effort"),
    [
        ({}, False),
        ({"explanation": '{"boundary_found": true}'}, False),
        ({"explanation": '{"boundary_found": null}'}, False),
        ({"explanation": '{"boundary_found": false}'}, True),
        ({"explanation": "[]"}, False),
    ],
)
def test_a_safetensors_file_says_whether_a_boundary_was_found(
    one: Any, tmp_path: Path, notes: dict[str, str], best_effort: bool
) -> None:
    values = torch.randn(3, 14, 25, 1, dtype=torch.bfloat16)
    write_tensors(
        tmp_path / "a.safetensors", {"values": values, "importance": values.abs().sum(0)}, notes
    )
    found = saved_map(tmp_path / "a.safetensors", one)
    assert found.best_effort == best_effort
    assert np.allclose(found.importance, values.double().abs().sum(0).numpy())


def test_a_safetensors_file_that_is_none(one: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    file.write_bytes(b"\xff" * 20)
    with pytest.raises(SkelshotError, match=r"a\.safetensors: not a whole \.safetensors file"):
        saved_map(file, one)
    write_tensors(file, {"other": torch.ones(1)})
    with pytest.raises(SkelshotError, match="found other, expected the array 'values'"):
        saved_map(file, one)
    write_tensors(file, {"values": torch.ones(3, 13, 25, 1)})
    with pytest.raises(SkelshotError, match=r"shape \(3, 13, 25, 1\), expected"):
        saved_map(file, one)
    write_tensors(file, {"values": torch.ones(3, 14, 25, 1)}, {"explanation": "{"})
    with pytest.raises(SkelshotError, match=r"a\.safetensors, explanation"):
        saved_map(file, one)


def test_the_file_of_a_clip(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"found no a\.safetensors or a\.npz"):
        map_file(tmp_path, "a")
    (tmp_path / "a.npz").touch()
    assert map_file(tmp_path, "a").name == "a.npz"
    (tmp_path / "a.safetensors").touch()
    assert map_file(tmp_path, "a").name == "a.safetensors"
