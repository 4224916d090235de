import importlib
import os
import time
from queue import Queue
from threading import Thread

import pytest

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.workers import AHEAD, ReadingProcesses
from skelshot.ground import SkelshotError


@pytest.fixture
def batches(raw):
    sources = NwUclaReader().sources(raw)
    return [sources[start : start + 2] for start in range(0, len(sources), 2)]


def reasons(items):
    return [getattr(item, "name", None) or item.reason for (item,) in items]


def test_items_come_in_the_order_of_the_sources(batches):
    reader = NwUclaReader()
    wanted = [list(reader.read(source)) for batch in batches for source in batch]
    with ReadingProcesses(reader, 2) as processes:
        assert reasons(processes.read(batches)) == reasons(wanted)
        assert reasons(processes.read(batches[:1])) == reasons(wanted[:2])
        assert list(processes.read([])) == []
        children = [process for process, _ in processes._workers]
        assert len({process.pid for process in children} - {os.getpid()}) == 2
    assert not any(process.is_alive() for process in children)


def test_they_tell_when_they_are_ready_and_one_is_enough_for_many_batches(batches):
    with ReadingProcesses(NwUclaReader(), 1) as processes:
        until = time.monotonic() + 60
        while not processes.ready() and time.monotonic() < until:
            time.sleep(0.05)
        assert processes.ready()
        assert len(batches) > 2 * AHEAD
        assert sum(len(items) for items in processes.read(batches)) == 11


def test_a_reader_that_breaks_is_heard_of(batches):
    with ReadingProcesses(NwUclaReader(), 1) as processes, pytest.raises(AttributeError):
        list(processes.read([batches[0], ["no source"]]))


def test_a_process_that_dies_while_it_starts_is_a_one_line_error(batches):
    with ReadingProcesses(NwUclaReader(), 1) as processes:
        processes._workers[0][0].kill()
        processes._workers[0][0].join()
        with pytest.raises(SkelshotError, match="a reading process died"):
            processes.ready()


READER = """
import os, sys, time
from threading import Thread, get_ident

class Dying:
    def read(self, source):
        Thread(target=watch, args=(get_ident(),), daemon=True).start()
        yield bytes(30_000_000)

def watch(reading):
    while True:
        frame = sys._current_frames()[reading]
        while frame and frame.f_code.co_name != "_send":
            frame = frame.f_back
        if frame:
            time.sleep(0.002)
            os.kill(os.getpid(), 9)
"""


def test_a_process_that_dies_as_it_hands_clips_back_keeps_nobody_waiting(tmp_path, monkeypatch):
    """The parent of a ProcessPoolExecutor waits for the rest of the clips, which never comes."""
    (tmp_path / "reader_that_dies.py").write_text(READER)
    monkeypatch.syspath_prepend(tmp_path)  # processes are told of it
    reader = importlib.import_module("reader_that_dies").Dying()
    with ReadingProcesses(reader, 2) as processes:
        answers = Queue()
        Thread(target=lambda: answers.put(_error_of(processes.read([["a"], ["b"]])))).start()
        assert "a reading process died" in answers.get(timeout=60)


def _error_of(items):
    try:
        return str(list(items))
    except SkelshotError as error:
        return str(error)
