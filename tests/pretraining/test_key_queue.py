"""The queue, against a plain list."""

import pytest
import torch

from skelshot.pretraining.key_queue import KeyQueue


@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 4, 1, 5), (7,), (12, 3)])
def test_the_last_keys_stay_whatever_the_batches(sizes: tuple[int, ...]) -> None:
    queue, written = KeyQueue(5, 3), []
    for size in sizes:
        numbers = torch.arange(len(written), len(written) + size)
        written += numbers.tolist()
        queue.push(numbers[:, None].expand(-1, 3).float(), numbers)
    kept = sorted(queue.clips.tolist())
    assert kept == [-1] * max(0, 5 - len(written)) + written[-5:]
    for entry, clip in zip(queue.entries, queue.clips.tolist(), strict=True):
        if clip >= 0:
            assert entry.tolist() == [clip] * 3
    assert int(queue.place) == len(written) % 5


def test_the_queue_begins_with_directions_of_no_clip() -> None:
    queue = KeyQueue(4, 8)
    torch.testing.assert_close(queue.entries.norm(dim=1), torch.ones(4))
    assert not queue.own(torch.arange(3)).any()


def test_a_clips_own_keys_are_known() -> None:
    queue = KeyQueue(4, 2)
    queue.push(torch.zeros(3, 2), torch.tensor([5, 6, 5]))
    assert queue.own(torch.tensor([6, 5])).tolist() == [
        [False, True, False, False],
        [True, False, True, False],
    ]


def test_the_queue_travels_in_a_state() -> None:
    queue, other = KeyQueue(4, 2), KeyQueue(4, 2)
    queue.push(torch.ones(3, 2), torch.tensor([5, 6, 7]))
    other.load_state_dict(queue.state_dict())
    for each in (queue, other):
        each.push(torch.zeros(2, 2), torch.tensor([8, 9]))
    assert torch.equal(queue.entries, other.entries)
    assert other.clips.tolist() == [9, 6, 7, 8]
