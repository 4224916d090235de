"""Independent pieces of work, each on one core."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch


def on_each_core(job: Callable[[slice], None], pieces: Sequence[slice]) -> None:
    """Do independent pieces of tensor work, as many at once as torch has threads.

    Torch itself would split every small operation over its threads and wait for the slowest after
    each one; that costs more than it gains for small tensors, and many times more when other
    programs use the cores. Here each thread takes whole pieces and waits for no other.

    Args:
        job: The work; called with a piece, in any order, on any thread.
        pieces: What there is to do.

    Example:
        >>> squares = torch.arange(6)
        >>> on_each_core(lambda piece: squares[piece].pow_(2), [slice(0, 3), slice(3, 6)])
        >>> squares.tolist()
        [0, 1, 4, 9, 16, 25]
    """
    threads = torch.get_num_threads()
    if threads == 1 or len(pieces) < 2:
        for piece in pieces:
            job(piece)
        return
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            for _ in pool.map(job, pieces):
                pass
    finally:
        # Setting it on a worker leaves this thread alone but would be what later threads start at.
        torch.set_num_threads(threads)
