"""Jobs in processes that may die: each is answered, one death costs one job."""

import multiprocessing
import time

import pytest

from skelshot.ground.answered import answered_by_processes, end_of

DIES = {
    "__import__('os').kill(__import__('os').getpid(), 9)": "was killed by SIGKILL",
    "__import__('os').kill(__import__('os').getpid(), 11)": "was killed by SIGSEGV",
    "__import__('os')._exit(7)": "ended with code 7",
    "lambda: 'cannot be pickled'": "ended with code 1",
}


def test_each_job_is_answered_and_the_dead_are_explained() -> None:
    jobs, begun = ["1 + 1", *DIES, "2 + 2"], []
    told = answered_by_processes(eval, jobs, 2, lambda job, end: (job, end), begun.append)
    found = list(told)
    assert len(found) == len(jobs)
    assert {2, 4} <= set(found)
    ends = dict(each for each in found if isinstance(each, tuple))
    assert ends.keys() == DIES.keys()
    assert all(ends[job].startswith(told) for job, told in DIES.items())
    assert sorted(begun) == sorted(jobs)
    assert multiprocessing.active_children() == []


def test_processes_take_environments_in_turn() -> None:
    jobs = ["(__import__('time').sleep(1), __import__('os').environ['SEEN'])"] * 2
    seen = [{"SEEN": "a"}, {"SEEN": "b"}]
    found = answered_by_processes(eval, jobs, 2, lambda job, end: end, environments=seen)
    assert sorted(found) == [(None, "a"), (None, "b")]


def test_processes_end_with_whoever_stops_asking() -> None:
    jobs = ["1", "__import__('time').sleep(600)"]
    answers = answered_by_processes(eval, jobs, 2, lambda job, end: end)
    assert next(answers) == 1
    began = time.monotonic()
    answers.close()
    assert time.monotonic() - began < 60
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("code", "told"), [(0, "code 0"), (-15, "SIGTERM"), (-99, "signal 99")])
def test_ends_in_words(code: int, told: str) -> None:
    assert told in end_of(code)
