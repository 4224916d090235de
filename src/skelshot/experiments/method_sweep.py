"""Every few-shot method on the same splits, from one shared encoder a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skelshot.experiments.calls import side_by_side
from skelshot.experiments.rows import read_rows
from skelshot.experiments.sweep_folder import SweepFolder
from skelshot.ground.progress import progress_bar


class MethodRow(BaseModel):
    """Training and evaluation of one method.

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
    return read_rows("method_rows.yaml", MethodRow)


@dataclass(frozen=True)
class MethodSweep(SweepFolder):
    """The comparison of methods; further fields are those of `SweepFolder`.

    Args:
        shots: Exemplars a class in the evaluation.
        seed: Of every run; each seed wants a folder of its own.
    """

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

        Raises:
            SkelshotError: A result that is there is of other splits or numbers of exemplars.
        """
        # one after the other, so that times are told apart and features made once are kept
        with progress_bar("results", total=len(rows)) as bar:
            for name, row in rows.items():
                self._test(name, row, splits)
                bar.advance()
        return {name: self.read_result(name, splits, self.shots) for name in rows}

    def _train_encoder(self, split: int) -> None:
        words = ("--strategy", "supervised", "--episodes", "none")
        self._pretrain("supervised", split, words)

    def _train(self, name: str, row: MethodRow, split: int) -> None:
        words: list[object] = ["--strategy", "none", "--episodes", row.method or name]
        if row.start == "supervised":
            words += ["--from", self.run_folder("supervised")]
        self._pretrain(name, split, words)

    def _pretrain(self, name: str, split: int, words: Sequence[object]) -> None:
        self.make_run(name, "--split", split, "--seed", self.seed, *words)

    def _test(self, name: str, row: MethodRow, splits: Sequence[int]) -> None:
        words: list[object] = ["--method", row.method or name]
        words += ["--shots", *self.shots, "--split", *splits]
        if row.start == "supervised" or row.episodes:
            words += ["--run", self.run_folder(name if row.episodes else "supervised")]
        for change in row.evaluate:
            words += ["--set", change]
        self.make_result(name, *words)
