"""An encoder's file in place of a run: imported or packaged weights, for any data."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skelshot.encoders import read_header
from skelshot.runs.run import Run, SplitRun


@dataclass(frozen=True)
class EncoderFile(SplitRun):
    """An encoder of which only its file is known, as if it were a split of a run.

    Args:
        folder: Where its features are kept.
        number: 0.
        file: The encoder, as `save_encoder` wrote it.
    """

    file: Path

    @property
    def done(self) -> bool:
        """True: nothing is left to train."""
        return True

    @cached_property
    def config(self) -> dict[str, Any]:
        """No configuration: what it was trained on is not known."""
        return {}

    @property
    def result(self) -> dict[str, Any]:
        """Its origin, by its notes or its name."""
        notes = read_header(self.file).extra
        return {"store": notes.get("imported_from", self.file.name)}

    @property
    def encoder_file(self) -> Path:
        """The encoder."""
        return self.file

    def check(self) -> dict[str, Any]:
        """Read its header, which refuses what is no encoder.

        Returns:
            Where it comes from.

        Raises:
            SkelshotError: The file is missing, damaged or no encoder's.
        """
        return self.result


@dataclass(frozen=True)
class EncoderRun(Run):
    """A run of one split, which is an encoder's file.

    Args:
        path: The folder beside the file where features and results are kept.
        file: The encoder.
    """

    file: Path

    @classmethod
    def of_file(cls, file: Path | str) -> "EncoderRun":
        """Take an encoder's file for a run.

        Args:
            file: `NAME.safetensors`; features and results are kept in the folder `NAME` beside it.

        Returns:
            The run.

        Raises:
            SkelshotError: The file is missing, damaged or no encoder's.
        """
        file = Path(file)
        read_header(file)
        return cls(file.with_suffix(""), file)

    @property
    def splits(self) -> dict[int, SplitRun]:
        """The one encoder, as split 0."""
        return {0: self.split(0)}

    def split(self, number: int) -> SplitRun:
        """Return the encoder.

        Args:
            number: 0.

        Returns:
            It.
        """
        return EncoderFile(self.path, number, self.file)
