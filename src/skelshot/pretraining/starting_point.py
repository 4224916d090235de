"""The contract of what training may begin from in place of random weights."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, load_encoder
from skelshot.ground.plans import Plan
from skelshot.skeletons import InputSpec


class StartingPoint(ABC):
    """Trained encoders that are trained further, or that others learn from.

    Attributes:
        option: The option that named them, as messages say.
    """

    option: str

    @property
    def remark(self) -> str | None:
        """Words on what is not known of them; None where nothing is to be said."""
        return None

    @abstractmethod
    def encoder_file(self, split: int) -> Path:
        """Find the encoder that a split begins from.

        Args:
            split: The split's number.

        Returns:
            Its file.

        Raises:
            SkelshotError: There is none.
        """

    @abstractmethod
    def record(self, split: int, config: Mapping[str, Any]) -> dict[str, Any]:
        """Tell what a split begins from, once it is known to have seen no novel clip of it.

        Args:
            split: The split's number.
            config: The new run's configuration.

        Returns:
            For the configuration: the digest of the weights, and what else is known of them.

        Raises:
            SkelshotError: The encoder would spoil every number made from it.
        """

    @abstractmethod
    def saw_mirrored_clips(self, split: int) -> bool:
        """Tell whether an encoder was trained on mirrored clips.

        Args:
            split: The split's number.

        Returns:
            See `skelshot.runs.mirrored_clips`.

        Raises:
            SkelshotError: There is no such encoder.
        """

    @abstractmethod
    def settings(self, store: Store) -> dict[str, Any]:
        """Return the settings that go with what training begins from.

        Args:
            store: The clips that it will be trained on.

        Returns:
            By dotted key, as changes to a preset; what a caller says goes before them.

        Raises:
            SkelshotError: The clips do not fit the encoder.
        """

    def load(self, encoder: Encoder, split: int, inputs: InputSpec) -> None:
        """Give an encoder the weights to begin from.

        Args:
            encoder: The encoder to be trained; changed in place.
            split: The split's number.
            inputs: What it is to read of a clip.

        Raises:
            SkelshotError: There is no such encoder, or it is of another form or reads other
                inputs; both are named.
        """
        file = self.encoder_file(split)
        found, read = load_encoder(file, expect=encoder.spec)
        before, wanted = (
            spec.model_dump(mode="json", exclude={"sides"})  # no part of what is read
            for spec in (InputSpec.model_validate(read), inputs)
        )
        Plan("an encoder", wanted, "use the same preset and input").check(
            f"{self.option} {file}", before
        )
        encoder.load_state_dict(found.state_dict())
