"""Preparing NTU archives with other processes, and after a kill."""

import signal
import subprocess
import sys

import pytest

from skelshot.datasets import prepare as prepare_module
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store

KILLED = """
import os, signal, sys
from pathlib import Path
from skelshot.datasets import prepare as module
from skelshot.datasets.store import writing
from skelshot.datasets.ntu import NtuReader

if __name__ == "__main__":
    writing.COMMIT_SECONDS = 0.0
    module.BATCH, module.ALONE_SECONDS = 2, 0.0
    module.ReadingProcesses.ready = lambda self: True
    real, count = writing.StoreWriter.end_source, 0

    def end_source(self):
        global count
        real(self)
        count += 1
        if count == 5:
            os.kill(os.getpid(), signal.SIGKILL)

    writing.StoreWriter.end_source = end_source
    module.prepare(NtuReader(), Path(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_outright_it_goes_on_from_within_an_archive(
    ntu_raw, zipped, tmp_path, workers, monkeypatch
):
    path = zipped(ntu_raw, tmp_path / "a.zip")
    whole = Store.open(prepare(NtuReader(), path, tmp_path / "whole").store)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(path), str(tmp_path / "store"), str(workers)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    seen = []
    real = NtuReader.read

    def read(self, source):
        seen.append(source.name)
        return real(self, source)

    monkeypatch.setattr(NtuReader, "read", read)
    report = prepare(NtuReader(), path, tmp_path / "store")
    assert seen == [source.name for source in NtuReader().sources(path)][5:]
    store = Store.open(report.store)
    assert store.data_hash == whole.data_hash
    assert report.rejected_file.read_bytes() == (whole.path / "rejected.csv").read_bytes()


def test_processes_make_the_same_store(ntu_raw, zipped, tmp_path, monkeypatch):
    path = zipped(ntu_raw, tmp_path / "a.zip")
    one = Store.open(prepare(NtuReader(), path, tmp_path / "one").store)
    monkeypatch.setattr(prepare_module, "BATCH", 2)
    monkeypatch.setattr(prepare_module, "ALONE_SECONDS", 0.0)
    monkeypatch.setattr(prepare_module.ReadingProcesses, "ready", lambda self: True)
    two = Store.open(prepare(NtuReader(), path, tmp_path / "two", workers=2).store)
    assert two.data_hash == one.data_hash
    listed = [(store.path / "rejected.csv").read_bytes() for store in (one, two)]
    assert listed[0] == listed[1]
