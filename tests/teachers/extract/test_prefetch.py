"""Work done ahead: in order, bounded, and stopped when nobody asks any more."""

import threading
import time

import pytest

from skelshot.ground import SkelshotError
from skelshot.teachers.extract.prefetch import prefetched


def test_results_come_in_order_whatever_takes_longer() -> None:
    def work(number: int) -> int:
        time.sleep(0.01 * (number % 3))
        return number

    assert list(prefetched(range(12), work, threads=4, ahead=5)) == list(range(12))


def test_no_more_than_so_many_are_begun_ahead() -> None:
    begun: list[int] = []
    results = prefetched(range(100), begun.append, threads=2, ahead=3)
    for _ in range(5):
        next(results)
    time.sleep(0.05)
    assert 5 <= len(begun) <= 5 + 3 + 1
    results.close()  # type: ignore[attr-defined]
    done = len(begun)
    time.sleep(0.05)
    assert len(begun) == done
    assert not [one for one in threading.enumerate() if one.name.startswith("decoder")]


def test_an_exception_comes_out_at_its_turn() -> None:
    def work(number: int) -> int:
        if number == 2:
            raise SkelshotError("broken")
        return number

    results = prefetched(range(9), work, threads=3, ahead=6)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(SkelshotError, match="broken"):
        next(results)


def test_work_goes_on_while_nobody_asks() -> None:
    done = threading.Event()
    results = prefetched([1, 2, 3], lambda n: done.set() if n == 3 else None, threads=1, ahead=2)
    next(results)
    assert done.wait(2)


@pytest.mark.parametrize(("threads", "ahead"), [(0, 1), (1, 0)])
def test_numbers_below_one(threads: int, ahead: int) -> None:
    with pytest.raises(SkelshotError, match="expected at least 1"):
        next(prefetched([1], str, threads, ahead))
