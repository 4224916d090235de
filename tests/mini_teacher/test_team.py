"""Sharing a batch among processes."""

import importlib
from pathlib import Path

import pytest
import torch

from skelshot.mini_teacher.team import Team, team_of


@pytest.mark.parametrize(("rows", "world"), [(8, 1), (8, 3), (5, 4), (2, 4)])
def test_shares_make_up_the_batch(rows: int, world: int) -> None:
    shares = [Team(rank, world).share(rows) for rank in range(world)]
    found = [row for share in shares for row in range(rows)[share]]
    assert found == list(range(rows))


def test_one_process_gathers_nothing() -> None:
    rows = torch.ones(2, 3, requires_grad=True)
    with team_of(1, print) as team:
        assert team.gather(rows, 2) is rows
        assert torch.get_num_threads() == 1


WORK = """
import torch

def work(team, folder):
    every = torch.arange(6.0).reshape(3, 2)
    rows = every[team.share(3)].requires_grad_()
    found = team.gather(rows, 3)
    (found * (team.rank + 1)).sum().backward()
    torch.save([found.detach(), rows.grad], folder / f"{team.rank}.pt")
"""


def test_unequal_shares_are_gathered_with_gradients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every process gets all rows; what each wants of a row comes back to the row's own."""
    (tmp_path / "work_of_a_team.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)  # the other process is told of it
    work = importlib.import_module("work_of_a_team").work
    with team_of(2, work, tmp_path) as team:
        work(team, tmp_path)
    for rank, own in enumerate((1, 2)):
        found, gradient = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert found.tolist() == [[0, 1], [2, 3], [4, 5]]
        assert gradient.tolist() == [[3, 3]] * own
