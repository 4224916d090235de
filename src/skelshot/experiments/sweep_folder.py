"""The folder of a comparison's runs, features and results, each made once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from skelshot.evaluation.saved_results import measured_result
from skelshot.experiments.calls import call
from skelshot.experiments.rows import Row
from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.plans import Plan

_NO_PART = ("store", "out", "jobs")
"""What changes no result, and the store, of which every run and result has the hash."""


@dataclass(frozen=True)
class SweepFolder:
    """Folder and options that all comparisons share; killed at any moment, the same calls go on.

    Args:
        store: The clips.
        out: Folder of features, runs and results.
        protocol: Name or file of the protocol.
        preset: Name of the preset.
        jobs: Processes side by side, one thread each.
        changes: As `pretrain --set`, for every run.

    Raises:
        SkelshotError: The folder holds a comparison with other options.
    """

    store: Path
    out: Path
    protocol: str
    preset: str
    jobs: int
    changes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a folder whose results, which are kept, were made with other options."""
        made = {key: value for key, value in asdict(self).items() if key not in _NO_PART}
        self.out.mkdir(parents=True, exist_ok=True)
        plan = Plan("a comparison", made, "use another --out or the same options")
        plan.settle(self.out / "comparison.json")

    def make_run(self, name: str, *words: object) -> None:
        """Pre-train a run; `pretrain` keeps what is finished, and refuses other options for it.

        Args:
            name: Of the run.
            words: Further words of `skelshot pretrain`; a `--set` among them wins over `changes`.

        Raises:
            SkelshotError: The command failed.
        """
        sets = [word for change in self.changes for word in ("--set", change)]
        call(
            *("pretrain", self.store, "--protocol", self.protocol, "--preset", self.preset),
            *("--threads", 1, "--out", self.run_folder(name), *sets, *words),
        )

    def make_result(self, name: str, *words: object, protocol: str | None = None) -> None:
        """Evaluate once: a result that is there is kept.

        Args:
            name: Of the result.
            words: Further words of `skelshot evaluate`.
            protocol: Where it is not the comparison's own.

        Raises:
            SkelshotError: The command failed.
        """
        result = self.result_file(name)
        if not result.exists():
            call(
                *("evaluate", self.store, "--protocol", protocol or self.protocol),
                *("--preset", self.preset, "--threads", 1, "--out", result, *words),
            )

    def read_result(
        self, name: str, splits: Sequence[int] | None = None, shots: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """Read a result, which an earlier call may have left.

        Args:
            name: Of the result.
            splits: The splits that this call is about; None for any.
            shots: The numbers of exemplars that this call is about; None for any.

        Returns:
            The result document.

        Raises:
            SkelshotError: It cannot be read, or is of other splits or numbers of exemplars, so
                that a table would set it beside results that it cannot be compared with.
        """
        file = self.result_file(name)
        document = read_mapping(file)
        result = measured_result(document, str(file))
        for what, found, asked in (
            ("splits", result.splits, splits),
            ("shots", result.shots or None, shots),
        ):
            if asked is not None and found not in (None, list(asked)):
                raise SkelshotError(
                    f"{file}: found the {what} {found}, this call asks for {list(asked)}; remove "
                    "the file to measure it anew, or take another --out"
                )
        return document

    def words_of(self, row: Row) -> list[object]:
        """Say a row in words of `skelshot pretrain`.

        Args:
            row: The row.

        Returns:
            Strategy, episodes, changes and the folder of features.

        Example:
            >>> import tempfile
            >>> out = Path(tempfile.mkdtemp())
            >>> folder = SweepFolder(Path("store"), out, "toy", "smoke", jobs=1)
            >>> folder.words_of(Row(strategy="supervised", episodes="none"))
            ['--strategy', 'supervised', '--episodes', 'none']
        """
        words: list[object] = ["--strategy", row.strategy, "--episodes", row.episodes]
        for change in row.set:
            words += ["--set", change]
        if row.teacher:
            words += ["--features", self.features_folder(row.teacher)]
        return words

    def run_folder(self, name: str) -> Path:
        """Name the folder of a run.

        Args:
            name: Of the run.

        Returns:
            Its path.
        """
        return self.out / "runs" / name

    def result_file(self, name: str) -> Path:
        """Name the file of a result.

        Args:
            name: Of the result; a `/` in it becomes `--`.

        Returns:
            Its path.
        """
        return self.out / "results" / f"{name.replace('/', '--')}.json"

    def features_folder(self, teacher: str) -> Path:
        """Name the folder of a teacher's features.

        Args:
            teacher: Its name.

        Returns:
            Its path.
        """
        return self.out / "features" / teacher
