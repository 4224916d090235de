"""Figures of a run as they come: `metrics.jsonl` and TensorBoard events."""

import json
from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter


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
        self._file = folder / "metrics.jsonl"
        kept = [line for line in self._lines() if self._is_kept(line, done)]
        self._file.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
        self._writer = SummaryWriter(folder / "events", purge_step=done)

    def _lines(self) -> list[str]:
        if not self._file.exists():
            return []
        text = self._file.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        return whole.splitlines()

    def _is_kept(self, line: str, done: int) -> bool:
        entry = json.loads(line)
        return bool(entry["stage"] != self._stage or entry["epoch"] <= done)

    def write(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Write the figures of an epoch.

        Args:
            epoch: Epochs done.
            figures: Mean loss and the like.
        """
        entry = {"stage": self._stage, "epoch": epoch, **figures}
        with self._file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(entry) + "\n")
        for name, value in figures.items():
            self._writer.add_scalar(f"{self._stage}/{name}", value, epoch)
        self._writer.flush()

    def close(self) -> None:
        """Close the TensorBoard file."""
        self._writer.close()
