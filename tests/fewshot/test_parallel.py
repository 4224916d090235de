"""Pieces of work on several threads."""

import threading

import pytest
import torch

from skelshot.fewshot.parallel import on_each_core


@pytest.mark.usefixtures("threads")
def test_every_piece_is_done_once():
    counts = torch.zeros(10)
    on_each_core(lambda piece: counts[piece].add_(1), [slice(i, i + 2) for i in range(0, 10, 2)])
    assert counts.tolist() == [1.0] * 10


@pytest.mark.parametrize("threads", [2], indirect=True)
@pytest.mark.usefixtures("threads")
def test_pieces_run_beside_each_other_with_one_torch_thread_each():
    meeting = threading.Barrier(2, timeout=10)
    seen = []

    def job(_piece):
        meeting.wait()
        seen.append(torch.get_num_threads())

    on_each_core(job, [slice(0, 1), slice(1, 2)])
    assert seen == [1, 1]


def test_torchs_threads_are_as_before_for_this_and_for_later_threads(threads):
    on_each_core(lambda piece: None, [slice(0, 1), slice(1, 2)])
    found = []
    later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert [torch.get_num_threads(), *found] == [threads, threads]


def test_an_error_in_a_piece_reaches_the_caller(threads):
    def job(_piece):
        raise ValueError("a bad piece")

    with pytest.raises(ValueError, match="a bad piece"):
        on_each_core(job, [slice(0, 1), slice(1, 2)])
    assert torch.get_num_threads() == threads
