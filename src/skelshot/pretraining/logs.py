"""Figures of a run as they come: `metrics.jsonl` and TensorBoard events."""

import json
from collections.abc import Mapping
from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.ground.documents import utf8_text
from skelshot.ground.files import errors_named, whole_file
from skelshot.ground.json_text import parse_json
from skelshot.ground.printable import printable
from skelshot.ground.regular import read_regular
from skelshot.pretraining.events import EventsFile
from skelshot.runs.folder import METRICS

MOST_BYTES = 64 << 20
"""The largest metrics file that is read."""


class MetricsLog:
    """Writes one JSON line and one TensorBoard step an epoch.

    Args:
        folder: The run's folder.
        stage: Name of the stage.
        done: Epochs that an earlier process finished; later lines of the stage are dropped,
            so that a killed run never counts an epoch twice.
    """

    def __init__(self, folder: Path, stage: str, done: int) -> None:
        self._stage = stage
        self._file = folder / METRICS
        lines = enumerate(self._lines(), start=1)
        kept = [line for number, line in lines if self._is_kept(number, line, done)]
        with whole_file(self._file) as partial:
            partial.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        self._events = EventsFile(folder / "events" / stage, stage, done)

    def _lines(self) -> list[str]:
        if not self._file.exists():
            return []
        text = utf8_text(read_regular(self._file, MOST_BYTES), str(self._file))
        whole = text[: text.rfind("\n") + 1]
        return whole.splitlines()

    def _is_kept(self, number: int, line: str, done: int) -> bool:
        place = f"{self._file}, line {number}"
        try:
            entry = parse_json(line, place)
            stage, epoch = entry.pop("stage"), entry.pop("epoch")
            known = type(stage) is str and type(epoch) is int and epoch > 0
            if not known or any(type(figure) not in (int, float) for figure in entry.values()):
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError, SkelshotError) as error:
            raise SkelshotError(
                f"{place}: found {printable(line, 80)}, expected the figures of an epoch; delete "
                "the file to go on without the earlier ones"
            ) from error
        return bool(stage != self._stage or epoch <= done)

    def write(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write the figures of an epoch.

        Args:
            epoch: Epochs done.
            figures: Mean loss and the like.
        """
        entry = {"stage": self._stage, "epoch": epoch, **figures}
        with errors_named(self._file), self._file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(entry) + "\n")
        self._events.write(epoch, figures)
