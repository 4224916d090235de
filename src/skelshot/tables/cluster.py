"""Executor that gives entries to a cluster, one job each, through submitit."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.yaml_text import parse_yaml
from skelshot.tables.engine import Attempt, Executor
from skelshot.tables.entries import Entry
from skelshot.tables.stage_log import last_lines

CLUSTERS = ("slurm", "local", "debug")
"""What jobs are given to, in submitit's words: SLURM, processes of this machine, this process."""

USUAL = {"name": "skelshot", "timeout_min": 24 * 60}
"""Settings where none are told; submitit's own time is minutes."""

POLL = 0.5
"""Seconds between two looks at the jobs; submitit itself asks SLURM every few seconds at most."""


class ClusterJob:
    """One entry as submitit calls it; a job that is taken off its node goes on on another.

    Args:
        work: Makes it.
    """

    def __init__(self, work: Callable[[Entry], Attempt]) -> None:
        self._work = work

    def __call__(self, entry: Entry) -> Attempt:
        """Do the job."""
        return self._work(entry)

    def checkpoint(self, entry: Entry) -> Any:
        """Return what submitit is to submit again; what was made so far lies in the cache."""
        return _submitit().core.utils.DelayedSubmission(self, entry)


def cluster_settings(kind: str, words: Iterable[str]) -> dict[str, Any]:
    """Read the settings of jobs.

    Args:
        kind: One of `CLUSTERS`.
        words: As given to `--executor-set`: `mem_gb=16`, `slurm_partition=gpu`.

    Returns:
        Values by name, with the usual ones.

    Raises:
        SkelshotError: submitit is missing, or a word is no setting of it.
    """
    said: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise SkelshotError(f"--executor-set {word}: expected KEY=VALUE, such as mem_gb=16")
        said[name] = parse_yaml(value, f"--executor-set {name}")
    settings, known = USUAL | said, _known_settings(kind)
    for name in said:
        if name not in known:
            raise SkelshotError(
                f"--executor-set: found {printable(name, 80)!r}, expected some of "
                f"{', '.join(known)}{did_you_mean(name, known)}"
            )
    return settings


def cluster_executor(
    kind: str, settings: Mapping[str, Any], folder: Path, most: int | None = None
) -> Executor:
    """Do jobs on a cluster.

    Args:
        kind: One of `CLUSTERS`.
        settings: From `cluster_settings`.
        folder: Where submitit keeps scripts, logs and, pickled, what it passes to jobs and back;
            nobody else may be able to write there.
        most: Jobs that are in the cluster's hands at a time; all at once unless told.

    Returns:
        The executor.

    Raises:
        SkelshotError: submitit is missing, or takes no job of that kind or with such settings.
    """
    try:
        pool = _submitit().AutoExecutor(folder=folder, cluster=kind)
        pool.update_parameters(**settings)
    except (AssertionError, NameError, RuntimeError, TypeError, ValueError) as error:
        told = printable(str(error).replace("\n", " "), 300)
        raise SkelshotError(f"--executor {kind}: {told}; see --executor-set") from error

    def run(
        work: Callable[[Entry], Attempt],
        jobs: Sequence[Entry],
        lost: Callable[[Entry, str], Attempt],
        begun: Callable[[Entry], None],
    ) -> Generator[Attempt, None, None]:
        waiting, flying = deque(jobs), list[_Flying]()
        try:
            while waiting or flying:
                room = len(waiting) if most is None else most - len(flying)
                flying += _submitted(pool, ClusterJob(work), _taken(waiting, room))
                for each in [*flying]:
                    if each.is_done(begun):
                        yield each.answer(lost)
                        flying.remove(each)
                time.sleep(POLL if flying else 0)
        finally:
            for each in flying:
                each.job.cancel(check=False)

    return run


class _Flying:
    """A job that is in the cluster's hands."""

    def __init__(self, entry: Entry, job: Any) -> None:
        self.entry, self.job, self._begun = entry, job, False

    def is_done(self, begun: Callable[[Entry], None]) -> bool:
        """Look at the job; tell once that it has begun."""
        done: bool = self.job.done()
        if not self._begun and (done or self.job.state.upper() == "RUNNING"):
            self._begun = True
            begun(self.entry)
        return done

    def answer(self, lost: Callable[[Entry, str], Attempt]) -> Attempt:
        """Return what came of it, also when the cluster has lost it."""
        utils = _submitit().core.utils
        try:
            found: Attempt = self.job.result()
        except (utils.UncompletedJobError, utils.FailedJobError) as error:
            said = last_lines(self.job.paths.stderr)
            first = printable(str(error).partition("\n")[0], 120)
            return lost(
                self.entry,
                f"on the cluster ended without an answer (job {self.job.job_id}, state "
                f"{self.job.state}: {said or first}; see {self.job.paths.stderr})",
            )
        return found


def _submitted(pool: Any, work: ClusterJob, entries: Sequence[Entry]) -> list[_Flying]:
    """Submit jobs together, which are one array on SLURM."""
    if not entries:
        return []
    with pool.batch():
        jobs = [pool.submit(work, entry) for entry in entries]
    return [_Flying(entry, job) for entry, job in zip(entries, jobs, strict=True)]


def _taken(waiting: deque[Entry], count: int) -> list[Entry]:
    return [waiting.popleft() for _ in range(min(count, len(waiting)))]


def _known_settings(kind: str) -> list[str]:
    """List the settings that submitit takes."""
    module = _submitit()
    own = {"slurm": module.SlurmExecutor, "local": module.LocalExecutor}.get(kind)
    names = [*module.AutoExecutor._typed_parameters()]
    prefixed = [f"{kind}_{name}" for name in sorted(own._valid_parameters())] if own else []
    return names + [name for name in prefixed if name not in names]


def _submitit() -> Any:
    try:
        import submitit  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SkelshotError(
            "--executor: submitit is missing, expected the extra `cluster`; run "
            "`pip install 'skelshot[cluster]'` or leave --executor out"
        ) from error
    return submitit
