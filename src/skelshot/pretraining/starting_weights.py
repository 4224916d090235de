"""Initial weights from an encoder of other data: packaged weights, or an encoder's file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skelshot.datasets.store import Store
from skelshot.encoders import read_header
from skelshot.encoders.packaged import packaged_card
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.pretraining.starting_point import StartingPoint
from skelshot.runs.encoder_file import EncoderFile, EncoderRun
from skelshot.skeletons import InputSpec


@dataclass(frozen=True)
class StartingWeights(StartingPoint):
    """An encoder of other data from which every split begins.

    Args:
        word: The name of packaged weights, or an encoder's file.
        option: The option that named them.

    Raises:
        SkelshotError: There are none of that name, or the file is no encoder's.

    Example:
        >>> StartingWeights("skelshot-base").trained.result["store"]
        'skelshot-base (ntu, rehab, gator)'
    """

    word: Path | str
    option: str = "--from"

    @cached_property
    def trained(self) -> EncoderFile:
        """The encoder."""
        return EncoderRun.of_file(self.word).split(0)

    def settings(self, store: Store) -> dict[str, Any]:
        """Return the settings of a run that this encoder fits.

        Args:
            store: The clips that it will be trained on.

        Returns:
            Its form and what it reads, by dotted key, as changes to a preset.

        Raises:
            SkelshotError: The clips have other joints or coordinates.
        """
        header = read_header(self.trained.file)
        inputs = InputSpec.model_validate(header.inputs)
        if store.layout != inputs.layout or store.channels < inputs.coordinates:
            raise SkelshotError(
                f"{self.option} {self.word}: its encoder reads {inputs.coordinates} coordinates of "
                f"{inputs.layout.name}, the clips of {store.path} have {store.channels} of "
                f"{store.layout.name}; "
                f"leave {self.option} out, or recognise with it as it is: evaluate --run maps "
                "joints"
            )
        of_input = ("layout", "channels", "frames", "persons")
        form = header.spec.model_dump(mode="json", exclude=set(of_input))
        read = inputs.model_dump(mode="json", exclude={"sides"})
        return {"pretrain.encoder": form, "pretrain.input": read}

    def record(self, split: int, config: Mapping[str, Any]) -> dict[str, Any]:
        """Tell what a split begins from, once it is known to be of other data.

        Args:
            split: The split's number.
            config: The new run's configuration.

        Returns:
            The digest of the weights, the data and the names of the classes that they have seen.

        Raises:
            SkelshotError: The weights were trained on these very clips, novel ones among them.
        """
        trained = self.trained
        if trained.is_packaged:
            card = packaged_card(trained.folder.name)
            if config["data_hash"] in {one.data_hash for one in card.data}:
                raise SkelshotError(
                    f"{self.option} {self.word}: trained on the clips of this store, novel ones "
                    "among them; begin from random weights, or from a run of this protocol"
                )
        return {
            "encoder": sha256_of(trained.file),
            "trained_on": trained.result["store"],
            "classes": trained.config.get("base", []),
        }

    def saw_mirrored_clips(self, split: int) -> bool:
        """Tell whether the encoder was trained on mirrored clips, as far as is known.

        Args:
            split: The split's number.

        Returns:
            False: no file tells, and packaged weights have seen none.
        """
        return False

    def encoder_file(self, split: int) -> Path:
        """Return the encoder's file, which is the same for all splits.

        Args:
            split: The split's number.

        Returns:
            Its file.
        """
        return self.trained.file
