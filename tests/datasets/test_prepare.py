import errno
import os
import resource
import signal
import subprocess
import sys

import pytest

from skelshot.datasets import prepare as prepare_module
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store.journal import Journal
from skelshot.ground import SkelshotError


class Watched(NwUclaReader):
    """Notes what it reads, and stops before the source of a given number."""

    def __init__(self, stop=None, error=RuntimeError):
        super().__init__()
        self.stop, self.error, self.seen = stop, error, []

    def read(self, source):
        if len(self.seen) == self.stop:
            raise self.error
        self.seen.append(source.name)
        yield from super().read(source)


@pytest.fixture
def commit_each(monkeypatch):
    """Commit after every clip, so that small folders show what large ones do."""
    monkeypatch.setattr("skelshot.datasets.store.writing.COMMIT_SECONDS", 0.0)


def test_the_report_counts_and_the_bad_clip_is_listed(raw, tmp_path):
    report = prepare(NwUclaReader(), raw, tmp_path / "new" / "store")
    document = report.as_json()
    assert document["clips"] == 10
    assert document["classes"] == 3
    assert document["rejected"] == 1
    assert document["repaired"] == 0
    assert document["store"] == str(tmp_path / "new" / "store")
    assert document["seconds"] > 0
    assert not document["already_prepared"]
    assert report.rejected_file.read_text().splitlines() == [
        "source,reason",
        "a02_s01_e00_v01.json,one frame: no movement to learn from",
    ]


def test_a_second_call_reads_nothing(raw, store):
    reader = Watched()
    again = prepare(reader, raw, store.path)
    assert reader.seen == []
    assert (again.clips, again.already_prepared) == (10, True)


def test_another_store_in_the_way_is_kept(raw, store):
    cases = {
        "reader.options.on_missing .found 'repair', now asked for 'reject'": NwUclaReader("reject"),
        "the raw files are others": NwUclaReader(),
    }
    for expected, reader in cases.items():
        if reader.options() == NwUclaReader().options():
            next(raw.glob("a01*")).write_text("{}")
        with pytest.raises(SkelshotError, match="holds a store of another .*" + expected):
            prepare(reader, raw, store.path)
    assert len(Store.open(store.path)) == 10


def test_a_folder_that_is_no_store_is_kept(raw, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(SkelshotError, match=r"mine: not a store \(store.json is missing\)"):
        prepare(NwUclaReader(), raw, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()


@pytest.mark.parametrize("place", [".", "store"])
def test_a_store_within_the_raw_folder_is_refused(raw, place):
    with pytest.raises(SkelshotError, match="lies within the raw folder"):
        prepare(NwUclaReader(), raw, raw / place)


def test_bad_calls_make_no_folder(raw, tmp_path):
    with pytest.raises(SkelshotError, match="no such folder"):
        prepare(NwUclaReader(), tmp_path / "absent", tmp_path / "store")
    with pytest.raises(SkelshotError, match="workers: found 0, expected at least 1"):
        prepare(NwUclaReader(), raw, tmp_path / "store", workers=0)
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_strict_lists_the_bad_clip_and_makes_no_store(raw, tmp_path):
    with pytest.raises(SkelshotError) as caught:
        prepare(NwUclaReader(), raw, tmp_path / "store", strict=True)
    message = str(caught.value)
    assert "1 clips were rejected and 10 were good, so no store was made" in message
    assert "a02_s01_e00_v01.json: one frame: no movement to learn from" in message
    assert "leave out --strict" in message
    listing = tmp_path / "store.rejected.csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", listing.name]
    assert len(listing.read_text().splitlines()) == 2
    prepare(NwUclaReader(), raw, tmp_path / "store")
    assert not listing.exists()
    with pytest.raises(SkelshotError, match="the store that is there lacks 1 rejected clips"):
        prepare(NwUclaReader(), raw, tmp_path / "store", strict=True)


def test_strict_is_content_with_good_clips(raw, tmp_path):
    (raw / "a02_s01_e00_v01.json").unlink()
    assert prepare(NwUclaReader(), raw, tmp_path / "store", strict=True).clips == 10


def test_without_a_good_clip_there_is_no_store(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "notes.txt").touch()
    with pytest.raises(SkelshotError, match=r"1 clips were rejected and 0 were .*notes\.txt"):
        prepare(NwUclaReader(), tmp_path / "raw", tmp_path / "store")
    assert not (tmp_path / "store").exists()
    assert not (tmp_path / "store.partial").exists()


def test_the_same_name_in_two_folders_is_listed(raw, tmp_path):
    (raw / "again").mkdir()
    (raw / "again" / "a01_s01_e00_v01.json").write_bytes(
        (raw / "a01_s01_e00_v01.json").read_bytes()
    )
    report = prepare(NwUclaReader(), raw, tmp_path / "store")
    assert (report.clips, report.rejected) == (10, 2)
    expected = "duplicate name 'a01_s01_e00_v01': read before from a01_s01_e00_v01.json"
    assert expected in report.rejected_file.read_text()


@pytest.mark.parametrize("stop", [0, 1, 5, 10])
def test_stopped_anywhere_it_goes_on_and_ends_the_same(raw, tmp_path, stop, commit_each):
    whole = prepare(NwUclaReader(), raw, tmp_path / "whole")
    first, second = Watched(stop), Watched()
    with pytest.raises(RuntimeError):
        prepare(first, raw, tmp_path / "store")
    assert not (tmp_path / "store").exists()
    report = prepare(second, raw, tmp_path / "store")
    assert first.seen + second.seen == [source.name for source in NwUclaReader().sources(raw)]
    assert Store.open(report.store).data_hash == Store.open(whole.store).data_hash
    assert report.rejected_file.read_bytes() == whole.rejected_file.read_bytes()


@pytest.mark.parametrize("step", ["note_clip", "commit"])
@pytest.mark.parametrize("stop", [1, 6])
def test_stopped_between_writing_and_noting_nothing_is_twice(
    raw, tmp_path, monkeypatch, commit_each, step, stop
):
    whole = Store.open(prepare(NwUclaReader(), raw, tmp_path / "whole").store)
    real, calls = getattr(Journal, step), []

    def fails_once(self, *arguments):
        calls.append(arguments)
        if len(calls) == stop:
            raise RuntimeError
        return real(self, *arguments)

    monkeypatch.setattr(Journal, step, fails_once)
    with pytest.raises(RuntimeError):
        prepare(NwUclaReader(), raw, tmp_path / "store")
    store = Store.open(prepare(NwUclaReader(), raw, tmp_path / "store").store)
    assert store.data_hash == whole.data_hash


KILLED = """
import os, signal, sys
from pathlib import Path
from skelshot.datasets.store import writing
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare

writing.COMMIT_SECONDS = 0.0

class Killed(NwUclaReader):
    def read(self, source):
        if source.name == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)
        yield from super().read(source)

prepare(Killed(), Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_killed_outright_it_goes_on_and_ends_the_same(raw, tmp_path):
    whole = Store.open(prepare(NwUclaReader(), raw, tmp_path / "whole").store)
    victim = NwUclaReader().sources(raw)[6].name
    command = [sys.executable, "-c", KILLED, str(raw), str(tmp_path / "store"), victim]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with pytest.raises(SkelshotError, match="the store is not finished"):
        Store.open(tmp_path / "store")
    reader = Watched()
    report = prepare(reader, raw, tmp_path / "store")
    assert reader.seen[0] == victim
    assert Store.open(report.store).data_hash == whole.data_hash


def test_changed_raw_files_are_not_mixed_with_old_ones(raw, tmp_path, commit_each):
    with pytest.raises(RuntimeError):
        prepare(Watched(4), raw, tmp_path / "store")
    os.utime(raw / "a01_s01_e00_v01.json", ns=(1, 1))
    with pytest.raises(SkelshotError, match=r"an unfinished store of .*; the raw files are"):
        prepare(NwUclaReader(), raw, tmp_path / "store")


def test_after_ctrl_c_the_same_call_goes_on(raw, tmp_path):
    with pytest.raises(KeyboardInterrupt):  # which the command line tells as code 130
        prepare(Watched(3, KeyboardInterrupt), raw, tmp_path / "store")
    assert prepare(NwUclaReader(), raw, tmp_path / "store").clips == 10


def test_what_a_kill_left_of_a_finished_store_is_removed(raw, tmp_path):
    prepare(NwUclaReader(), raw, tmp_path / "store")
    (tmp_path / "store" / "work").mkdir()
    (tmp_path / "store" / "work" / "log.jsonl").touch()
    (tmp_path / ".store.lock").touch()
    assert prepare(NwUclaReader(), raw, tmp_path / "store").already_prepared
    assert not (tmp_path / "store" / "work").exists()
    assert not (tmp_path / ".store.lock").exists()


def test_a_full_disk_says_so_and_the_same_call_goes_on(raw, tmp_path, monkeypatch, commit_each):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SkelshotError, match="the disk is full; make room, what is done is kept"):
        prepare(NwUclaReader(), raw, tmp_path / "store")
    monkeypatch.undo()
    assert not (tmp_path / "store").exists()
    assert prepare(NwUclaReader(), raw, tmp_path / "store").clips == 10


def test_a_file_that_cannot_grow_is_a_one_line_error(raw, tmp_path):
    whole = Store.open(prepare(NwUclaReader(), raw, tmp_path / "whole").store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, hard))
    try:
        with pytest.raises(SkelshotError, match=r"store: cannot be written \(File too large\)"):
            prepare(NwUclaReader(), raw, tmp_path / "store")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "store").exists()
    report = prepare(NwUclaReader(), raw, tmp_path / "store")
    assert Store.open(report.store).data_hash == whole.data_hash


def test_a_place_that_cannot_be_written_is_a_one_line_error(raw, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SkelshotError, match="cannot be written"):
        prepare(NwUclaReader(), raw, tmp_path / "file" / "store")


@pytest.fixture
def helpers_at_once(monkeypatch):
    """Let other processes read everything, so that small folders show what large ones do."""
    monkeypatch.setattr(prepare_module, "ALONE_SECONDS", 0.0)
    monkeypatch.setattr(prepare_module, "BATCH", 2)
    monkeypatch.setattr(prepare_module.ReadingProcesses, "ready", lambda self: True)


def test_workers_make_the_same_store(raw, tmp_path, helpers_at_once):
    one = prepare(NwUclaReader(), raw, tmp_path / "one")
    two = prepare(NwUclaReader(), raw, tmp_path / "two", workers=2)
    assert Store.open(one.store).data_hash == Store.open(two.store).data_hash
    assert one.rejected_file.read_bytes() == two.rejected_file.read_bytes()


def test_little_work_starts_no_other_process(raw, tmp_path, monkeypatch):
    monkeypatch.setattr(prepare_module, "ReadingProcesses", None)
    assert prepare(NwUclaReader(), raw, tmp_path / "store", workers=8).clips == 10


def test_a_dead_worker_is_a_one_line_error(raw, tmp_path, monkeypatch, helpers_at_once):
    started = []

    class Dying(prepare_module.ReadingProcesses):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self._workers[1][0].kill()
            started.extend(process for process, _ in self._workers)

    monkeypatch.setattr(prepare_module, "ReadingProcesses", Dying)
    with pytest.raises(SkelshotError, match=r"a reading process died.*with fewer workers"):
        prepare(NwUclaReader(), raw, tmp_path / "store", workers=2)
    assert not any(process.is_alive() for process in started)


def test_preparing_does_not_import_pytorch() -> None:
    """Each reading process would pay a second and 180 MB for it."""
    program = "import sys, skelshot.commands.prepare, skelshot.datasets.prepare, skelshot.datasets"
    program += "\nraise SystemExit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
