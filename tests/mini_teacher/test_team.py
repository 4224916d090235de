"""Sharing a batch among processes."""

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
        assert team.gather(rows) is rows
        assert torch.get_num_threads() == 1
