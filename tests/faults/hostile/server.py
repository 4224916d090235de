"""A process that calls the real command line in children of its own, each within bounds."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

_SERVER = """
import json, os, resource, signal, sys, tempfile, time, traceback
import av, torch
from skelshot.cli import main
from skelshot.datasets import npz, ntu, nw_ucla, pyskl, prepare, verify
from skelshot.evaluation import evaluate_members
from skelshot.experiments import pictures, settings
from skelshot.fewshot import METHODS
from skelshot.pretraining import pretrain
from skelshot.teachers.extract import texts, videos
from skelshot.teachers.models import family, minilm, precomputed
from skelshot.mini_teacher import build
from transformers import AutoModel, AutoTokenizer, XCLIPModel

def child(words, folder, said):
    os.setsid()
    os.chdir(folder)
    for number in (1, 2):
        os.dup2(said[number - 1].fileno(), number)
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))
    signal.alarm(60)
    held = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (held + (3 << 30),) * 2)
    code = 0
    try:
        main(words)
    except SystemExit as leave:
        code = leave.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush(), sys.stderr.flush()
    os._exit(code)

import gc
gc.freeze()
for line in sys.stdin:
    words, folder = json.loads(line)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            child(words, folder, (out, err))
        status, used = os.wait4(pid, 0)[1:]
        seconds = used.ru_utime + used.ru_stime  # whatever else the machine is doing
        try:
            os.killpg(pid, signal.SIGKILL)
            orphans = True
        except ProcessLookupError:
            orphans = False
        out.seek(0), err.seek(0)
        said = [stream.read().decode(errors="surrogateescape") for stream in (out, err)]
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, *said, seconds, used.ru_maxrss / 1024, orphans]), flush=True)
"""


class Answer(NamedTuple):
    """What a call came to."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float
    orphans: bool


class Server:
    """Calls the command line in forked children: imports are paid once, peaks are each call's."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def __call__(self, words: Sequence[str], folder: Path) -> Answer:
        """Call the command line with these words in that folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([list(words), os.fspath(folder)]) + "\n")
        self._process.stdin.flush()
        return Answer(*json.loads(self._process.stdout.readline()))
