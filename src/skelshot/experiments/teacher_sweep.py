"""Rows x seeds x classifiers: what a teacher adds, and what its controls add (Table VIII)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skelshot.evaluation.interval_notes import INTERVAL_NOTES
from skelshot.evaluation.metrics import mean_interval
from skelshot.evaluation.pairing import Side, check_sides, check_tasks
from skelshot.evaluation.saved_results import measured_result
from skelshot.experiments.calls import call, side_by_side
from skelshot.experiments.rows import Row, read_rows
from skelshot.experiments.sweep_folder import SweepFolder

CLASSIFIERS = ("nearest", "linear", "cosine")


def teacher_rows() -> dict[str, Row]:
    """Read the rows of Table VIII and of its controls.

    Returns:
        Rows by name.

    Example:
        >>> teacher_rows()["f_v"].teacher
        'taught'
    """
    return read_rows("teacher_rows.yaml", Row)


@dataclass(frozen=True)
class TeacherSweep(SweepFolder):
    """The comparison of teachers over seeds; further fields are those of `SweepFolder`.

    A protocol has one split, or all its splits are averaged before the seeds are.

    Args:
        teach: The words of `skelshot teach` that make the teacher's features, after the store.
    """

    teach: tuple[str, ...] = ("--teacher", "mini", "--videos", "rendered")

    def make_features(self) -> None:
        """Cache the teacher's features of the base classes, and the random codes."""
        videos = "--videos" in self.teach
        base = ("--protocol", self.protocol) if videos else ()
        codes = ("--teacher", "random-code")
        for name, words in (("taught", (*self.teach, *base)), ("random-code", codes)):
            if not (self.features_folder(name) / "features.json").exists():
                prompts = () if "--prompts" in words else ("--prompts", "time-reversed")
                call("teach", self.store, *words, *prompts, "--out", self.features_folder(name))

    def pretrain(self, rows: Mapping[str, Row], seeds: Sequence[int]) -> None:
        """Pre-train every row with every seed; finished ones are left alone.

        Args:
            rows: The rows.
            seeds: All rows of a seed come before the next seed.
        """
        todo = [(name, seed) for seed in seeds for name in rows]

        def train(job: tuple[str, int]) -> None:
            name, seed = job
            self.make_run(_seeded(name, seed), "--seed", seed, *self.words_of(rows[name]))

        side_by_side("runs", train, todo, self.jobs)

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
            `per_seed`, and the `queries` of one evaluation; `seeds`, `splits` and `data_hash`.

        Raises:
            SkelshotError: The results of the seeds are of other clips or tasks than each other.
        """
        todo = [(name, seed) for seed in seeds for name in rows]

        def test(job: tuple[str, int]) -> None:
            run = _seeded(*job)
            for classifier in classifiers:  # the first leaves the features for the rest
                words = ("--run", self.run_folder(run), "--method", classifier, "--shots", 1)
                self.make_result(f"{run}/{classifier}", *words)

        side_by_side("results", test, todo, self.jobs)

        return {
            f"{name}/{classifier}": _over_seeds(
                {seed: self.read_result(f"{_seeded(name, seed)}/{classifier}") for seed in seeds}
            )
            for name in rows
            for classifier in classifiers
        }


def _seeded(name: str, seed: int) -> str:
    """Return a row's name, as files have it, with its seed."""
    return f"{name.replace(' + ', '+').replace(' ', '-')}-seed{seed}"


def _over_seeds(results: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Gather one accuracy a seed."""
    named = {f"seed {seed}": result for seed, result in results.items()}
    first, *_ = results.values()
    side, *others = (Side(name, name, measured_result(one, name)) for name, one in named.items())
    for other in others:
        check_sides(side, other)
    gathered = {}
    for shots, one in first["accuracy"].items():
        for other in others:
            check_tasks(side, other, int(shots))
        found = [result["accuracy"][shots]["mean"] for result in results.values()]
        interval = mean_interval(found)
        gathered[shots] = {
            "mean": interval.mean,
            "ci95": interval.ci95,
            "interval": "seeds",
            "interval_note": INTERVAL_NOTES["seeds"],
            "per_seed": found,
            "queries": one["queries"],
            "protocol_hash": one.get("protocol_hash"),
        }
    told = {mark: first.get(mark) for mark in ("splits", "data_hash")}
    return {"accuracy": gathered, "seeds": list(results), **told}
