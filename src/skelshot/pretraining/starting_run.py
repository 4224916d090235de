"""Initial weights from the encoders of an earlier run, in place of random ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skelshot.encoders import Encoder, load_encoder
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.plans import Plan
from skelshot.runs.folder import CONFIG
from skelshot.runs.mirrored_clips import saw_mirrored_clips
from skelshot.runs.run import Run
from skelshot.skeletons import InputSpec


@dataclass(frozen=True)
class StartingRun:
    """An earlier run whose encoders are trained further, split by split.

    Args:
        run: Its folder.
    """

    run: Path

    def record(self, split: int, config: Mapping[str, Any]) -> dict[str, str]:
        """Tell which encoder a split starts from, once it is known to be of the same split.

        An encoder that has seen a novel class would spoil every number made from it.

        Args:
            split: The split's number.
            config: The new run's configuration.

        Returns:
            For the configuration: the digest of the weights.

        Raises:
            SkelshotError: There is no such encoder, or it was trained on other data or classes.
        """
        file, earlier = self._encoder_file(split), Run(self.run).split(split)
        before = earlier.config if (earlier.folder / CONFIG).exists() else {}
        same = {key: config[key] for key in ("data_hash", "base")}
        Plan("an encoder", same, "start from a run of the same store and protocol").check(
            f"--from {self.run}, split {split}", {key: before.get(key) for key in same}
        )
        if earlier.done:
            earlier.check()
        return {"encoder": sha256_of(file)}

    def load(self, encoder: Encoder, split: int, inputs: InputSpec) -> None:
        """Give an encoder the weights of the earlier run.

        Args:
            encoder: The encoder to be trained; changed in place.
            split: The split's number.
            inputs: What it is to read of a clip.

        Raises:
            SkelshotError: There is no such encoder, or it is of another form or reads other
                inputs; both are named.
        """
        file = self._encoder_file(split)
        found, read = load_encoder(file, expect=encoder.spec)
        before, wanted = (
            spec.model_dump(mode="json", exclude={"sides"})  # no part of what is read
            for spec in (InputSpec.model_validate(read), inputs)
        )
        Plan("an encoder", wanted, "use the same preset and input").check(f"--from {file}", before)
        encoder.load_state_dict(found.state_dict())

    def saw_mirrored_clips(self, split: int) -> bool:
        """Tell whether an encoder was trained on mirrored clips.

        Args:
            split: The split's number.

        Returns:
            See `skelshot.runs.mirrored_clips`.

        Raises:
            SkelshotError: There is no such encoder.
        """
        self._encoder_file(split)
        return saw_mirrored_clips(self.run, split)

    def _encoder_file(self, split: int) -> Path:
        file = Run(self.run).split(split).encoder_file
        if not file.exists():
            raise SkelshotError(
                f"--from {self.run}: found no encoder of split {split}, expected {file}; pretrain "
                "that split there first"
            )
        return file
