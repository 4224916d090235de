"""Every few-shot method on the same splits, from one shared encoder a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from skelshot.experiments.calls import call, side_by_side
from skelshot.ground.files import read_json
from skelshot.ground.progress import progress_bar
from skelshot.pretraining.runs import split_folder


class MethodRow(BaseModel):
    """How one method is trained and evaluated.

    Args:
        start: `supervised`, the encoder that all rows share, or `none` for methods that use none.
        episodes: Whether it is trained in episodes first.
        method: The method; the row's name unless told.
        evaluate: As `evaluate --set`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: Literal["supervised", "none"] = Field("supervised", alias="from")
    episodes: bool = False
    method: str | None = None
    evaluate: tuple[str, ...] = ()


def method_rows() -> dict[str, MethodRow]:
    """Read the rows, one a method.

    Returns:
        Rows by name.

    Example:
        >>> method_rows()["feat"].episodes
        True
    """
    text = (files("skelshot.experiments") / "method_rows.yaml").read_text(encoding="utf-8")
    return {
        name: MethodRow.model_validate(row) for name, row in yaml.safe_load(text)["rows"].items()
    }


@dataclass(frozen=True)
class MethodSweep:
    """Where the comparison reads and writes; killed at any moment, it goes on.

    Args:
        store: The clips.
        out: Folder of runs and results.
        protocol: Name of the protocol.
        preset: Name of the preset.
        jobs: Processes side by side, one thread each.
        changes: As `pretrain --set`, for every run.
        shots: Exemplars a class in the evaluation.
        seed: Of every run; each seed wants a folder of its own.
    """

    store: Path
    out: Path
    protocol: str
    preset: str
    jobs: int
    changes: tuple[str, ...] = ()
    shots: tuple[int, ...] = (1, 5)
    seed: int = 0

    def pretrain(self, rows: Mapping[str, MethodRow], splits: Sequence[int]) -> None:
        """Train the shared encoders, and then what single methods need.

        Args:
            rows: The rows.
            splits: Numbers of the splits.
        """
        first = [("supervised", split) for split in splits]
        then = [(name, split) for split in splits for name, row in rows.items() if row.episodes]
        side_by_side("encoders", lambda job: self._train_encoder(job[1]), first, self.jobs)
        side_by_side(
            "episodes", lambda job: self._train(job[0], rows[job[0]], job[1]), then, self.jobs
        )

    def evaluate(
        self, rows: Mapping[str, MethodRow], splits: Sequence[int]
    ) -> dict[str, dict[str, Any]]:
        """Evaluate every row with each number of exemplars; results that are there are kept.

        Args:
            rows: The rows.
            splits: Numbers of the splits.

        Returns:
            Result documents by row.
        """
        # one after the other, so that times are told apart and features made once are kept
        with progress_bar("results", total=len(rows)) as bar:
            for name, row in rows.items():
                self._test(name, row, splits)
                bar.advance()
        return {name: read_json(self._result(name)) for name in rows}

    def _train_encoder(self, split: int) -> None:
        self._pretrain("supervised", split, ["--strategy", "supervised", "--episodes", "none"])

    def _train(self, name: str, row: MethodRow, split: int) -> None:
        words: list[object] = ["--strategy", "none", "--episodes", row.method or name]
        if row.start == "supervised":
            words += ["--from", self.out / "runs" / "supervised"]
        self._pretrain(name, split, words)

    def _pretrain(self, name: str, split: int, words: list[object]) -> None:
        run = self.out / "runs" / name
        if (split_folder(run, split) / "result.json").exists():
            return
        for change in self.changes:
            words = [*words, "--set", change]
        call(
            *("pretrain", self.store, "--protocol", self.protocol, "--split", split),
            *("--preset", self.preset, "--seed", self.seed, "--threads", 1, "--out", run, *words),
        )

    def _test(self, name: str, row: MethodRow, splits: Sequence[int]) -> None:
        if self._result(name).exists():
            return
        words: list[object] = []
        if row.start == "supervised" or row.episodes:
            words += ["--run", self.out / "runs" / (name if row.episodes else "supervised")]
        for change in row.evaluate:
            words += ["--set", change]
        call(
            *("evaluate", self.store, "--protocol", self.protocol, "--preset", self.preset),
            *("--method", row.method or name, "--shots", *self.shots, "--split", *splits),
            *("--threads", 1, "--out", self._result(name), *words),
        )

    def _result(self, name: str) -> Path:
        return self.out / "results" / f"{name}.json"
