"""A server that calls the real command line in children of their own, and ends them early.

A line of its input is a list of calls that run side by side, a line of its output their ends. A
call names its `words`, and may name the file operation before which it kills itself (`at`), or
a `signal` that it gets `after` so many seconds: the `group`, its `parent`, or one `worker`.
"""

import atexit
import contextlib
import faulthandler
import json
import mmap
import os
import random
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

CHANGES = {
    *(f"os.{name}" for name in ("link", "mkdir", "remove", "rename", "rmdir", "truncate")),
    "os.symlink",
}
SECONDS_OF_A_CALL, SECONDS_OF_AN_ORPHAN = 120, 5
PROGRESS = re.compile(r"^skelshot: .* left\n", re.MULTILINE)
"""Lines that tell how far the work is, and no fault."""


def changes_files(event: str, arguments: tuple, root: str) -> bool:
    """Tell whether something that Python announces changes files of a folder."""
    if event != "open" and event not in CHANGES:
        return False
    place = arguments[0]
    if isinstance(place, int):
        return event == "os.truncate"
    if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        return False
    place = os.fsdecode(place)
    return place.startswith(root) or not place.startswith("/")  # a name beside a folder's number


def count_operations(root: str, at: int | None, counted: memoryview) -> None:
    """Count what changes files, and die just before one such operation."""

    def count() -> None:
        counted[0] += 1
        if counted[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple) -> None:
        if changes_files(event, arguments, root):
            count()

    def counted_fsync(handle: int, fsync=os.fsync) -> None:
        count()
        fsync(handle)

    os.fsync = counted_fsync
    sys.addaudithook(hook)


class Child:
    """A call of the command line in a session of its own."""

    def __init__(self, call: dict) -> None:
        self.call, self.code = call, None
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this object
        self.counted = memoryview(mmap.mmap(-1, 16)).cast("Q")  # and whether it has begun
        self.began = time.monotonic()
        self.pid = os.fork()
        if not self.pid:
            self._run()

    def _run(self) -> None:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(self.said.fileno(), 2)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        faulthandler.enable(2)  # an abort tells where
        count_operations(self.call["root"], self.call.get("at"), self.counted)
        code = 1
        try:
            self.counted[1] = 1
            main(self.call["words"])
            code = 0
        except SystemExit as leaving:
            code = leaving.code or 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            atexit._run_exitfuncs()  # without the seconds that taking all modules down takes
            sys.stderr.flush()
            os._exit(code)

    def look(self) -> bool:
        """Say whether it still runs; send what is to be sent."""
        if self.code is not None:
            return False
        age = time.monotonic() - self.began
        due = "signal" in self.call and self.counted[1] and age > self.call["after"]
        if due and not self.call.get("sent"):
            self.call["sent"] = self._send()
        if age > SECONDS_OF_A_CALL:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.seconds, self.code = age, os.waitstatus_to_exitcode(status)
        return not pid

    def _send(self) -> bool:
        to = self.call["to"]
        if to == "group":
            with contextlib.suppress(ProcessLookupError):  # it is still on its way to a session
                os.killpg(self.pid, self.call["signal"])
                return True
            return False
        if to == "parent":
            os.kill(self.pid, self.call["signal"])
        elif found := [pid for pid, words in self.members().items() if self._works(pid, words)]:
            os.kill(random.choice(found), self.call["signal"])
        else:
            return False  # no worker yet
        return True

    def _works(self, pid: int, words: str) -> bool:
        return pid != self.pid and "resource_tracker" not in words and not words.startswith("git ")

    def members(self) -> dict[int, str]:
        """List what still runs in its session, with the words that began it."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, *_, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.pid and state != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                pass  # it has ended
        return found

    def end(self) -> dict:
        """Tell how it ended and what it left running, which is ended then."""
        deadline = time.monotonic() + SECONDS_OF_AN_ORPHAN
        while (left := self.members()) and time.monotonic() < deadline:
            time.sleep(0.01)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.said.seek(0)
        return {
            "code": self.code,
            "said": PROGRESS.sub("", self.said.read().decode(errors="replace")),
            "operations": self.counted[0],
            "seconds": self.seconds,
            "orphans": list(left.values()),
        }


if __name__ == "__main__":
    import torch

    import skelshot.evaluation
    import skelshot.evaluation.evaluate_members
    import skelshot.pretraining.pretrain
    import skelshot.synthesis.synthesise
    import skelshot.teachers.extract.videos  # noqa: F401
    from skelshot.cli import main

    torch.set_num_threads(1)
    for line in sys.stdin:
        random.seed(line)
        children = [Child(call) for call in json.loads(line)]
        while [child for child in children if child.look()]:
            time.sleep(0.001)
        sys.stdout.write(json.dumps([child.end() for child in children]) + "\n")
        sys.stdout.flush()
