"""Rows x splits: pre-train side by side, resume by split, evaluate, write a table."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from skelshot.experiments.calls import call, side_by_side
from skelshot.experiments.rows import Row, read_rows
from skelshot.experiments.sweep_folder import SweepFolder


class Way(NamedTuple):
    """A way to evaluate a row.

    Args:
        words: Further words of `skelshot evaluate`.
        protocol: Where it is not the comparison's own.
    """

    words: tuple[object, ...] = ()
    protocol: str | None = None


WAYS = {
    "cosine": Way(),
    "pooled": Way(("--set", "readout=pooled", "--set", "views=[{}]")),
    "nearest": Way(("--method", "nearest", "--set", "classifiers={nearest: {distance: cosine}}")),
    "euclid": Way(("--method", "nearest")),
    "linear": Way(("--method", "linear")),
    "cross-subject": Way(protocol="nw-ucla-cross-subject"),
}
"""Ways to evaluate a row: the preset's own, the paper's read-out, other classifiers and task."""

FIRST = ("/cosine", "/pooled")


def nw_ucla_rows() -> dict[str, Row]:
    """Read the rows measured on NW-UCLA.

    Returns:
        Rows by name.

    Example:
        >>> nw_ucla_rows()["supervised"].episodes
        'none'
    """
    return read_rows("nw_ucla_rows.yaml", Row)


class Sweep(SweepFolder):
    """The comparison of rows over the splits of a protocol; see `SweepFolder`."""

    def teach(self, teachers: Sequence[str]) -> None:
        """Cache the features of each teacher.

        Args:
            teachers: Their names.
        """
        for teacher in teachers:
            call(
                "teach",
                self.store,
                "--teacher",
                teacher,
                "--prompts",
                "time-reversed",
                "--out",
                self.features_folder(teacher),
            )

    def pretrain(self, rows: dict[str, Row], splits: Sequence[int]) -> None:
        """Pre-train every row on every split; finished ones are left alone.

        Args:
            rows: The rows.
            splits: Numbers of the splits; all rows of a split come before the next split, so
                that a sweep cut short still compares like with like.
        """
        todo = [(name, split) for split in splits for name in rows]

        def train(job: tuple[str, int]) -> None:
            name, split = job
            self.make_run(name, "--split", split, *self.words_of(rows[name]))

        side_by_side("runs", train, todo, self.jobs)

    def evaluate(self, rows: Sequence[str], splits: Sequence[int]) -> dict[str, dict[str, Any]]:
        """Evaluate every row in every way, several side by side; results that are there are kept.

        Args:
            rows: Names of the rows.
            splits: Numbers of the splits.

        Returns:
            Result documents by `row/way`.

        Raises:
            SkelshotError: A result that is there is of other splits.
        """
        jobs = {"raw-nearest/cosine": Way(("--method", "raw-nearest"))}
        for row in rows:
            for name, way in WAYS.items():
                words = ("--run", self.run_folder(row), *way.words)
                jobs[f"{row}/{name}"] = way._replace(words=words)
        return self._evaluate_all(jobs, splits)

    def evaluate_methods(
        self, rows: Mapping[str, Row], splits: Sequence[int]
    ) -> dict[str, dict[str, Any]]:
        """Evaluate every row by the methods it names; results that are there are kept.

        Args:
            rows: The rows.
            splits: Numbers of the splits.

        Returns:
            Result documents by `row/method`.

        Raises:
            SkelshotError: A result that is there is of other splits.
        """
        jobs = {}
        for name, row in rows.items():
            for method in row.methods:
                words = ("--run", self.run_folder(name), "--method", method)
                jobs[f"{name}/{method}"] = Way(words)
        return self._evaluate_all(jobs, splits)

    def _evaluate_all(
        self, jobs: Mapping[str, Way], splits: Sequence[int]
    ) -> dict[str, dict[str, Any]]:
        """Evaluate side by side; the first of a run leave features behind for the rest."""
        first = [name for name in jobs if name.endswith(FIRST)]
        rest = [name for name in jobs if name not in first]

        def test(name: str) -> None:
            words = (*jobs[name].words, "--split", *splits)
            self.make_result(name, *words, protocol=jobs[name].protocol)

        for batch in (first, rest):
            side_by_side("results", test, batch, self.jobs)
        return {name: self.read_result(name, splits) for name in jobs}
