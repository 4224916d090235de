"""Initial weights from the encoders of an earlier run of the same clips, split by split."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.plans import Plan
from skelshot.pretraining.starting_point import StartingPoint
from skelshot.runs.folder import CONFIG
from skelshot.runs.met_classes import classes_before, met_classes
from skelshot.runs.mirrored_clips import saw_mirrored_clips
from skelshot.runs.run import Run


@dataclass(frozen=True)
class StartingRun(StartingPoint):
    """An earlier run whose encoders are trained further, each on the split that it is of.

    Args:
        run: Its folder.
        option: The option that named it.
    """

    run: Path
    option: str = "--from"

    def record(self, split: int, config: Mapping[str, Any]) -> dict[str, Any]:
        """Tell which encoder a split starts from, once it is known to be of the same split.

        An encoder that has seen a novel class would spoil every number made from it.

        Args:
            split: The split's number.
            config: The new run's configuration.

        Returns:
            For the configuration: the digest of the weights, and the classes that they met before.

        Raises:
            SkelshotError: There is no such encoder, or it was trained on other data or classes.
        """
        file, earlier = self.encoder_file(split), Run(self.run).split(split)
        before = earlier.config if (earlier.folder / CONFIG).exists() else {}
        same = {key: config[key] for key in ("data_hash", "base")}
        Plan("an encoder", same, "start from a run of the same store and protocol").check(
            f"{self.option} {self.run}, split {split}", {key: before.get(key) for key in same}
        )
        if earlier.done:
            earlier.check()
        names, met = classes_before(before), met_classes({**before, "data_hash": None})
        told = {"classes": names, "met": met}
        return {"encoder": sha256_of(file)} | {key: value for key, value in told.items() if value}

    def settings(self, store: Store) -> dict[str, Any]:
        """Return the settings of a run that goes on: no strategy comes first once more.

        Args:
            store: The clips that it will be trained on.

        Returns:
            By dotted key, as changes to a preset.
        """
        return {"pretrain.strategy": "none"}

    def saw_mirrored_clips(self, split: int) -> bool:
        """Tell whether an encoder was trained on mirrored clips.

        Args:
            split: The split's number.

        Returns:
            See `skelshot.runs.mirrored_clips`.

        Raises:
            SkelshotError: There is no such encoder.
        """
        self.encoder_file(split)
        return saw_mirrored_clips(self.run, split)

    def encoder_file(self, split: int) -> Path:
        """Find the encoder that a split begins from.

        Args:
            split: The split's number.

        Returns:
            Its file.

        Raises:
            SkelshotError: There is none.
        """
        file = Run(self.run).split(split).encoder_file
        if not file.exists():
            raise SkelshotError(
                f"{self.option} {self.run}: found no encoder of split {split}, expected {file}; "
                "pretrain that split there first"
            )
        return file
