"""Initial weights from an encoder of other data: packaged weights, or an encoder's file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skelshot.datasets.store import Store
from skelshot.encoders import read_header
from skelshot.encoders.packaged import WeightsCard, card_of, packaged_card
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.pretraining.starting_point import StartingPoint
from skelshot.runs.encoder_file import EncoderFile, EncoderRun
from skelshot.runs.met_classes import NOT_KNOWN, met_classes
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
        trained, data_hash = self.trained, config["data_hash"]
        met, card = met_classes(trained.config), self._card
        of_card = card is not None and data_hash in {one.data_hash for one in card.data}
        known = None if of_card else met.get(data_hash, [])
        seen = None if known is None else [name for name in config["novel"] if name in known]
        if seen is None or seen:
            named = f" ({', '.join(seen)})" if seen else ""
            raise SkelshotError(
                f"{self.option} {self.word}: trained on the clips of this store, novel ones among "
                f"them{named}; begin from random weights, or from a run of this protocol"
            )
        told = {
            "encoder": sha256_of(trained.file),
            "trained_on": trained.result["store"],
            "classes": trained.config.get("base", []),
        }
        return told | ({"met": met} if met else {})

    @property
    def remark(self) -> str | None:
        """Words on what is not known of the encoder."""
        if self.trained.config or self._card:
            return None
        return f"{self.option} {self.word}: {NOT_KNOWN}"

    @property
    def _card(self) -> WeightsCard | None:
        """The card of packaged weights, or the one beside the file."""
        trained = self.trained
        return packaged_card(trained.folder.name) if trained.is_packaged else card_of(trained.file)

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
