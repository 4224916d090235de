"""Where a comparison keeps its runs, features and results, each made once."""

from dataclasses import dataclass
from pathlib import Path

from skelshot.experiments.calls import call
from skelshot.experiments.rows import Row
from skelshot.pretraining.runs import split_folder


@dataclass(frozen=True)
class SweepFolder:
    """What all comparisons share; killed at any moment, the same calls go on.

    Args:
        store: The clips.
        out: Folder of features, runs and results.
        protocol: Name or file of the protocol.
        preset: Name of the preset.
        jobs: Processes side by side, one thread each.
        changes: As `pretrain --set`, for every run.
    """

    store: Path
    out: Path
    protocol: str
    preset: str
    jobs: int
    changes: tuple[str, ...] = ()

    def make_run(self, name: str, split: int, *words: object) -> None:
        """Pre-train one split of a run, unless it is there.

        Args:
            name: Of the run.
            split: Number of the split.
            words: Further words of `skelshot pretrain`.
        """
        run = self.run(name)
        if (split_folder(run, split) / "result.json").exists():
            return
        sets = [word for change in self.changes for word in ("--set", change)]
        call(
            *("pretrain", self.store, "--protocol", self.protocol, "--split", split),
            *("--preset", self.preset, "--threads", 1, "--out", run, *sets, *words),
        )

    def make_result(self, name: str, *words: object, protocol: str | None = None) -> None:
        """Evaluate once, unless the result is there.

        Args:
            name: Of the result.
            words: Further words of `skelshot evaluate`.
            protocol: Where it is not the comparison's own.
        """
        result = self.result(name)
        if not result.exists():
            call(
                *("evaluate", self.store, "--protocol", protocol or self.protocol),
                *("--preset", self.preset, "--threads", 1, "--out", result, *words),
            )

    def words_of(self, row: Row) -> list[object]:
        """Say a row in words of `skelshot pretrain`.

        Args:
            row: The row.

        Returns:
            The words.
        """
        words: list[object] = ["--strategy", row.strategy, "--episodes", row.episodes]
        for change in row.set:
            words += ["--set", change]
        if row.teacher:
            words += ["--features", self.features(row.teacher)]
        return words

    def run(self, name: str) -> Path:
        """Name the folder of a run."""
        return self.out / "runs" / name

    def result(self, name: str) -> Path:
        """Name the file of a result; `/` in its name becomes `--`."""
        return self.out / "results" / f"{name.replace('/', '--')}.json"

    def features(self, teacher: str) -> Path:
        """Name the folder of a teacher's features."""
        return self.out / "features" / teacher
