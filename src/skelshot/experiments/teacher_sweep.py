"""Rows x seeds x classifiers: what a teacher adds, and what its controls add (Table VIII)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.evaluation.metrics import mean_interval
from skelshot.experiments.calls import call, side_by_side
from skelshot.experiments.sweep import Row, read_rows
from skelshot.ground.files import read_json
from skelshot.pretraining.runs import split_folder

CLASSIFIERS = ("nearest", "linear", "cosine")


def teacher_rows() -> dict[str, Row]:
    """Read the rows of Table VIII and of its controls.

    Returns:
        Rows by name.

    Example:
        >>> teacher_rows()["f_v"].teacher
        'taught'
    """
    return read_rows("teacher_rows.yaml")


@dataclass(frozen=True)
class TeacherSweep:
    """Where the comparison reads and writes; killed at any moment, it goes on.

    Args:
        store: The clips.
        out: Folder of features, runs and results.
        protocol: Name or file of a protocol with one split.
        preset: Name of the preset.
        jobs: Processes side by side, one thread each.
        teach: The words of `skelshot teach` that make the teacher's features, after the store.
        changes: As `pretrain --set`, for every row.
    """

    store: Path
    out: Path
    protocol: str
    preset: str
    jobs: int
    teach: tuple[str, ...] = ("--teacher", "mini", "--videos", "rendered")
    changes: tuple[str, ...] = ()

    def make_features(self) -> None:
        """Cache the teacher's features of the base classes, and the random codes."""
        videos = "--videos" in self.teach
        base = ("--protocol", self.protocol) if videos else ()
        codes = ("--teacher", "random-code")
        for name, words in (("taught", (*self.teach, *base)), ("random-code", codes)):
            if not (self.out / "features" / name / "features.json").exists():
                prompts = () if "--prompts" in words else ("--prompts", "both-ways")
                call("teach", self.store, *words, *prompts, "--out", self._features(name))

    def pretrain(self, rows: Mapping[str, Row], seeds: Sequence[int]) -> None:
        """Pre-train every row with every seed; finished ones are left alone.

        Args:
            rows: The rows.
            seeds: All rows of a seed come before the next seed.
        """
        todo = [(name, seed) for seed in seeds for name in rows]
        side_by_side("runs", lambda job: self._train(job[0], rows[job[0]], job[1]), todo, self.jobs)

    def evaluate(
        self, rows: Sequence[str], seeds: Sequence[int], classifiers: Sequence[str] = CLASSIFIERS
    ) -> dict[str, dict[str, Any]]:
        """Evaluate every row by every classifier; results that are there are kept.

        Args:
            rows: Names of the rows.
            seeds: Seeds of the runs.
            classifiers: Names of few-shot methods.

        Returns:
            By `row/classifier`: `accuracy` by shots with `mean`, `ci95` over seeds and
            `per_seed`, and the `queries` of one evaluation.
        """
        todo = [(name, seed) for seed in seeds for name in rows]

        def all_of(job: tuple[str, int]) -> None:
            for classifier in classifiers:  # the first leaves the features for the rest
                self._test(*job, classifier)

        side_by_side("results", all_of, todo, self.jobs)
        return {
            f"{name}/{classifier}": _over_seeds(
                [read_json(self._result(name, seed, classifier)) for seed in seeds]
            )
            for name in rows
            for classifier in classifiers
        }

    def _train(self, name: str, row: Row, seed: int) -> None:
        run = self._run(name, seed)
        if (split_folder(run, 0) / "result.json").exists():
            return
        words: list[object] = [
            *("pretrain", self.store, "--protocol", self.protocol, "--preset", self.preset),
            *("--strategy", row.strategy, "--episodes", row.episodes),
            *("--seed", seed, "--threads", 1, "--out", run),
        ]
        for change in (*self.changes, *row.set):
            words += ["--set", change]
        if row.teacher:
            words += ["--features", self._features(row.teacher)]
        call(*words)

    def _test(self, name: str, seed: int, classifier: str) -> None:
        result = self._result(name, seed, classifier)
        if not result.exists():
            call(
                *("evaluate", self.store, "--protocol", self.protocol, "--preset", self.preset),
                *("--run", self._run(name, seed), "--method", classifier),
                *("--shots", 1, "--threads", 1, "--out", result),
            )

    def _run(self, name: str, seed: int) -> Path:
        return self.out / "runs" / f"{_plain(name)}-seed{seed}"

    def _result(self, name: str, seed: int, classifier: str) -> Path:
        return self.out / "results" / f"{_plain(name)}-seed{seed}--{classifier}.json"

    def _features(self, teacher: str) -> Path:
        return self.out / "features" / teacher


def _plain(name: str) -> str:
    """Return a row's name as files have it."""
    return name.replace(" + ", "+").replace(" ", "-")


def _over_seeds(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Gather one accuracy a seed."""
    gathered = {}
    for shots, first in results[0]["accuracy"].items():
        found = [result["accuracy"][shots]["mean"] for result in results]
        interval = mean_interval(found)
        gathered[shots] = {
            "mean": interval.mean,
            "ci95": interval.ci95,
            "per_seed": found,
            "queries": first["queries"],
        }
    return {"accuracy": gathered}
