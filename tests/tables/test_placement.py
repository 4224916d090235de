"""Where stages run: GPUs are shared out, and numbers of jobs follow from what there is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.tables import placement as module
from skelshot.tables.placement import placement


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[str]]]:
    """What the executor of this machine is asked for, on a machine with three GPUs."""
    asked = []

    def local_executor(workers: int, cards: Sequence[str] = ()) -> None:
        asked.append((workers, list(cards)))

    monkeypatch.setattr(module, "local_executor", local_executor)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(module, "chosen_device", lambda name: "cuda" if name == "auto" else name)
    monkeypatch.setattr(module, "usable_cores", lambda: 8)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return asked


@pytest.mark.parametrize(
    ("device", "jobs", "visible", "wanted"),
    [
        ("auto", None, None, (3, ["0", "1", "2"])),
        ("cuda", 6, None, (6, ["0", "1", "2"])),
        ("cuda", None, "4,5,7", (3, ["4", "5", "7"])),
        ("cuda:1", None, None, (1, [])),
        ("cpu", None, None, (8, [])),
        ("cpu", 2, None, (2, [])),
    ],
)
def test_gpus_are_shared_out(
    device: str,
    jobs: int | None,
    visible: str | None,
    wanted: tuple[int, list[str]],
    given: list[tuple[int, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    placement("processes", (), device, jobs, tmp_path)
    assert given == [wanted]


@pytest.mark.parametrize("jobs", [0, 257])
def test_numbers_of_jobs_out_of_range_are_refused(jobs: int, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=f"workers: found {jobs}"):
        placement("processes", (), "cpu", jobs, tmp_path)
