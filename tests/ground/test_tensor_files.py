"""Safetensors files: the same content is the same bytes, readable by the library and by all."""

import os
from pathlib import Path

import torch
from safetensors import safe_open

from skelshot.ground.tensor_files import write_tensors

TENSORS = {
    "b": torch.arange(6.0).reshape(2, 3),
    "a": torch.ones((), dtype=torch.bfloat16),
    "c": torch.zeros(0, 4, dtype=torch.int64),
    "d": torch.arange(6.0).reshape(2, 3).T,
}
NOTES = {name: name * 3 for name in ("format", "spec", "inputs", "extra", "é")}


def test_the_library_reads_it(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a", TENSORS, NOTES)
    with safe_open(tmp_path / "a", "pt") as file:
        assert file.metadata() == NOTES
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_no_order_decides_the_bytes(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a", TENSORS, NOTES)
    for seed in range(5):
        order = torch.randperm(5, generator=torch.Generator().manual_seed(seed)).tolist()
        notes = {name: NOTES[name] for name in (list(NOTES)[place] for place in order)}
        write_tensors(tmp_path / "b", dict(reversed(TENSORS.items())), notes)
        assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
    size = int.from_bytes((tmp_path / "a").read_bytes()[:8], "little")
    assert size % 8 == 0


def test_the_mode_is_that_of_other_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_tensors(tmp_path / "a", TENSORS)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
