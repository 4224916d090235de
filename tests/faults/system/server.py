"""Runs the real command line in forked children, each on a machine that fails in its own way.

A program of its own, so that every child starts from a process that has imported everything and
done nothing. It reads one request a line and answers with one line, both JSON.
"""

import builtins
import contextlib
import importlib
import io
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Fault:
    """Lets file operations below a folder fail from the n-th on.

    Args:
        under: The folder.
        after: How many operations go well.
        code: The error; None only counts.
        lasting: Whether the operations after the first failed one fail, too.
    """

    def __init__(self, under: str, after: int, code: int | None, lasting: bool = True) -> None:
        self.under, self.after, self.code, self.lasting = under, after, code, lasting
        self.count = 0

    def step(self, path: object) -> None:
        if isinstance(path, int):
            with contextlib.suppress(OSError):
                path = str(Path(f"/proc/self/fd/{path}").readlink())
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - it may be in work already
        if not name.startswith(self.under):
            return
        self.count += 1
        failing = self.count > self.after if self.lasting else self.count == self.after + 1
        if self.code is not None and failing:
            raise OSError(self.code, os.strerror(self.code), name)

    def watch(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[2], int) and args[2] & WRITING:
            if not isinstance(args[0], int):
                self.step(args[0])
        elif event == "os.rename":
            self.step(args[1])
        elif event in ("os.mkdir", "os.truncate", "os.link", "os.symlink"):
            self.step(args[0])

    def install(self) -> None:
        fault, opened, synced = self, io.open, os.fsync

        class Raw(io.FileIO):
            def write(self, content: Any, /) -> int:
                try:
                    fault.step(self.fileno())
                except OSError as error:  # the system's own error names no file
                    raise OSError(error.errno, error.strerror) from None
                return super().write(content)

        def fsync(file: Any) -> None:
            try:
                fault.step(file if isinstance(file, int) else file.fileno())
            except OSError as error:
                raise OSError(error.errno, error.strerror) from None
            synced(file)

        def open_(
            file: Any,
            mode: str = "r",
            buffering: int = -1,
            encoding: str | None = None,
            errors: str | None = None,
            newline: str | None = None,
            *more: Any,
            **options: Any,
        ) -> Any:
            if isinstance(file, int) or not set(mode) & set("wax+"):
                return opened(file, mode, buffering, encoding, errors, newline, *more, **options)
            raw = Raw(file, mode.replace("b", "").replace("t", ""))
            kind = io.BufferedRandom if "+" in mode else io.BufferedWriter
            if buffering == 0:
                return raw
            buffered = kind(raw, max(buffering, io.DEFAULT_BUFFER_SIZE))
            if "b" in mode:
                return buffered
            return io.TextIOWrapper(buffered, encoding, errors, newline)

        builtins.open = io.open = open_
        os.fsync = fsync
        sys.addaudithook(self.watch)


def limit_memory(more: int) -> None:
    """Let the process take only so many bytes of addresses beyond those it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


CHANGES: dict[str, Callable[[Path], object]] = {
    "deleted": lambda path: path.unlink(),
    "removed": shutil.rmtree,
    "emptied": lambda path: os.truncate(path, 0),
    "halved": lambda path: os.truncate(path, path.stat().st_size // 2),
}


class Change:
    """Changes a source, once a file of the command's own has come into being.

    Args:
        kind: How.
        path: What.
        when: The file or folder of the command.
    """

    def __init__(self, kind: str, path: str, when: str) -> None:
        self.kind, self.path, self.when = kind, Path(path), when
        self.state = "waits"

    def watch(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in ("open", "os.mkdir", "os.rename"):
            return
        place = args[1] if event == "os.rename" else args[0]
        if self.state == "due":
            self.state = "done"
            CHANGES[self.kind](self.path)
        elif isinstance(place, str | os.PathLike) and os.fspath(place) == self.when:
            self.state = "due" if self.state == "waits" else self.state


def child(request: dict[str, Any]) -> None:
    """Be the command line."""
    os.setsid()
    os.chdir(request["cwd"])
    streams = {1: request.get("stdout", request["cwd"] + "/stdout"), 2: request["cwd"] + "/stderr"}
    for number, place in streams.items():
        flags = os.O_WRONLY if place.startswith("/dev/") else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(place, flags)
        os.dup2(opened, number)
        os.close(opened)
    fault = None
    if "fault" in request:
        fault = Fault(**request["fault"])
        fault.install()
    if "change" in request:
        sys.addaudithook(Change(**request["change"]).watch)
    if "memory" in request:
        limit_memory(request["memory"])
    code = 0
    try:
        from skelshot.cli import main

        main(request["words"])
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # what Python itself does with it
        import traceback

        traceback.print_exc()
        code = 1
    if fault:
        Path(request["cwd"], "count").write_text(str(fault.count))
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        code = 120
    sys.stderr.flush()
    os._exit(code)


def serve(request: dict[str, Any]) -> dict[str, Any]:
    """Run one command and tell how it went."""
    began = time.monotonic()
    process = os.fork()
    if not process:
        try:
            child(request)
        finally:
            os._exit(99)
    deadline = began + request["seconds"]
    status: int | None = None
    while status is None and time.monotonic() < deadline:
        done, found = os.waitpid(process, os.WNOHANG)
        status = found if done else None
        time.sleep(0.002)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    if status is None:
        os.waitpid(process, 0)
    cwd = Path(request["cwd"])
    read = {name: cwd / name for name in ("stdout", "stderr", "count")}
    texts = {n: p.read_text(errors="replace") if p.exists() else "" for n, p in read.items()}
    for path in read.values():
        path.unlink(missing_ok=True)
    return {
        "code": None if status is None else os.waitstatus_to_exitcode(status),
        "out": texts["stdout"],
        "err": texts["stderr"],
        "count": int(texts["count"] or 0),
        "seconds": time.monotonic() - began,
    }


USED = (
    "av",
    "numba",
    "pyarrow.parquet",
    "scipy.signal",
    "skelshot.cli",
    "skelshot.datasets.prepare",
    "skelshot.experiments.demo",
    "skelshot.evaluation.evaluate_members",
    "skelshot.experiments.pictures",
    "skelshot.pretraining.pretrain",
    "skelshot.synthesis.synthesise",
    "skelshot.teachers",
    "transformers",
)


def main() -> None:
    """Import what the commands import, then serve until the input ends."""
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # as the command line does before
    for name in USED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(serve(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
