"""Rows x splits: pre-train side by side, resume by split, evaluate, write a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from skelshot.experiments.calls import call, side_by_side
from skelshot.ground.files import read_json
from skelshot.pretraining.runs import split_folder

WAYS: dict[str, tuple[str, ...]] = {
    "cosine": (),
    "pooled": ("--set", "readout=pooled", "--set", "views=[{}]"),
    "nearest": ("--method", "nearest", "--set", "classifiers={nearest: {metric: cosine}}"),
    "euclid": ("--method", "nearest"),
    "linear": ("--method", "linear"),
    "cross-subject": ("--protocol", "nw-ucla-cross-subject"),
}
"""Ways to evaluate a row: the preset's own, the paper's read-out, other classifiers."""

FIRST = ("/cosine", "/pooled")


class Row(BaseModel):
    """One way to pre-train.

    Args:
        strategy: As `pretrain --strategy`.
        episodes: As `pretrain --episodes`.
        teacher: Whose features it needs, if any.
        set: As `pretrain --set`.
        methods: Few-shot methods that evaluate it, where a table compares methods too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: str
    episodes: str
    teacher: str | None = None
    set: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


def read_rows(file: str) -> dict[str, Row]:
    """Read rows that come with the package.

    Args:
        file: Name of the YAML file.

    Returns:
        Rows by name.
    """
    text = (files("skelshot.experiments") / file).read_text(encoding="utf-8")
    return {name: Row(**row) for name, row in yaml.safe_load(text)["rows"].items()}


def nw_ucla_rows() -> dict[str, Row]:
    """Read the rows measured on NW-UCLA.

    Returns:
        Rows by name.

    Example:
        >>> nw_ucla_rows()["supervised"].episodes
        'none'
    """
    return read_rows("nw_ucla_rows.yaml")


@dataclass(frozen=True)
class Sweep:
    """Where a sweep reads and writes.

    Args:
        store: The clips.
        out: Folder of runs, features and results.
        protocol: Name of the protocol.
        preset: Name of the preset.
        jobs: Runs side by side, one thread each.
    """

    store: Path
    out: Path
    protocol: str
    preset: str
    jobs: int

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
                "both-ways",
                "--out",
                self._features(teacher),
            )

    def pretrain(self, rows: dict[str, Row], splits: Sequence[int]) -> None:
        """Pre-train every row on every split; finished ones are left alone.

        Args:
            rows: The rows.
            splits: Numbers of the splits; all rows of a split come before the next split, so
                that a sweep cut short still compares like with like.
        """
        todo = [(name, split) for split in splits for name in rows]
        side_by_side(
            "runs", lambda job: self._pretrain(job[0], rows[job[0]], job[1]), todo, self.jobs
        )

    def _pretrain(self, name: str, row: Row, split: int) -> None:
        run = self.out / "runs" / name
        if (split_folder(run, split) / "result.json").exists():
            return
        words: list[object] = [
            *("pretrain", self.store, "--protocol", self.protocol, "--split", split),
            *("--strategy", row.strategy, "--episodes", row.episodes),
            *("--preset", self.preset, "--threads", 1, "--out", run),
        ]
        for change in row.set:
            words += ["--set", change]
        if row.teacher:
            words += ["--features", self._features(row.teacher)]
        call(*words)

    def evaluate(self, rows: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Evaluate every row in every way, several side by side; results that are there are kept.

        Args:
            rows: Names of the rows.

        Returns:
            Result documents by `row/way`.
        """
        jobs: dict[str, list[object]] = {"raw-nearest/cosine": ["--method", "raw-nearest"]}
        for row in rows:
            run = ["--run", self.out / "runs" / row]
            for way, words in WAYS.items():
                jobs[f"{row}/{way}"] = [*run, *words]
        return self._evaluate_all(jobs)

    def evaluate_methods(
        self, rows: Mapping[str, Row], splits: Sequence[int]
    ) -> dict[str, dict[str, Any]]:
        """Evaluate every row by the methods it names; results that are there are kept.

        Args:
            rows: The rows.
            splits: Numbers of the splits.

        Returns:
            Result documents by `row/method`.
        """
        return self._evaluate_all(
            {
                f"{name}/{method}": [
                    *("--run", self.out / "runs" / name),
                    *("--method", method, "--split", *splits),
                ]
                for name, row in rows.items()
                for method in row.methods
            }
        )

    def _evaluate_all(self, jobs: Mapping[str, list[object]]) -> dict[str, dict[str, Any]]:
        """Evaluate side by side; the first of a run leave features behind for the rest."""
        first = [name for name in jobs if name.endswith(FIRST)]
        rest = [name for name in jobs if name not in first]
        for batch in (first, rest):
            side_by_side("results", lambda name: self._evaluate(name, jobs[name]), batch, self.jobs)
        return {name: read_json(self._result(name)) for name in jobs}

    def _evaluate(self, name: str, words: list[object]) -> None:
        if self._result(name).exists():
            return
        if "--protocol" not in words:
            words = ["--protocol", self.protocol, *words]
        call(
            *("evaluate", self.store, *words, "--preset", self.preset, "--threads", 1),
            *("--out", self._result(name)),
        )

    def _result(self, name: str) -> Path:
        return self.out / "results" / f"{name.replace('/', '--')}.json"

    def _features(self, teacher: str) -> Path:
        return self.out / "features" / teacher
