"""Every choice of pre-training, typed: what a preset fills in and `--set` changes."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from skelshot.encoders import ENCODERS, EncoderSpec, read_spec
from skelshot.fewshot import METHODS
from skelshot.ground.devices import chosen_device
from skelshot.ground.options import Options, as_written, late_defaults, read_alone
from skelshot.ground.precision import Precision, settled_precision
from skelshot.pretraining.episodic import EpisodicOptions
from skelshot.pretraining.stage_options import StageOptions
from skelshot.pretraining.strategies import STRATEGIES
from skelshot.runs.mirrored_clips import mirrors_clips
from skelshot.runs.old_options import with_todays_form
from skelshot.skeletons import Augmentation, InputSpec
from skelshot.skeletons.inputs import Sides


class EncoderOptions(Options):
    """The encoder by name; the rest of its specification follows from the input.

    Further values are those that the encoder's own specification adds, such as
    `mask_absent_persons` of those over joints.

    Args:
        name: `st-gcn`, `agcn`, `ctr-gcn`, `skeleton-transformer`, `multi-stream`,
            `skeleton-image`, or one of another package.
        width: Factor on the channel counts, of the graph networks 64, 128 and 256.
        dropout: Dropout rate inside the blocks, where the encoder has it.
    """

    model_config = ConfigDict(extra="allow")  # what an encoder adds is checked by its spec

    name: str = "agcn"
    width: float = Field(1.0, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)

    @property
    def given(self) -> dict[str, Any]:
        """The values that were given, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    @model_serializer(mode="wrap")
    def _of_this_encoder(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what the encoder does not know, so that it stands in no configuration."""
        kind = ENCODERS.named(self.name).spec_type
        known = {name: value for name, value in dump(self).items() if name in kind.model_fields}
        return late_defaults(kind) | known


class LoopOptions(Options):
    """Options of the training loop, whatever it trains.

    Args:
        device: Where it trains: `cpu`, `cuda`, `cuda:1`, `mps`, or `auto` for a GPU where there
            is one; not written down, so that a run goes on wherever it is carried.
        precision: `float32`, or `bfloat16` for its autocast; `auto` takes the second where
            the device has instructions for it, and is written down as what it took.
        workers: Processes that prepare batches; results do not depend on it.
        accumulate: Batches whose gradients are added before a step.
        keep_every: Epochs between checkpoints.
    """

    device: str = Field("auto", exclude=True)
    precision: Precision = Field("auto", validate_default=True)
    workers: int = Field(0, ge=0, le=256)
    accumulate: int = Field(1, ge=1, le=1_000_000)
    keep_every: int = Field(1, ge=1)

    @field_validator("device")
    @classmethod
    def _is_there(cls, value: str) -> str:
        chosen_device(value, "loop.device")
        return value

    @field_validator("precision", mode="before")
    @classmethod
    def _settle_precision(cls, value: object, others: ValidationInfo) -> object:
        return settled_precision(value, chosen_device(others.data.get("device", "auto")).type)


def _strategy(value: object) -> object:
    """Read a strategy: its options with their `name`, the name alone, or none."""
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping):
        return value
    name = value.get("name")
    if not isinstance(name, str):
        raise ValueError(f"found the name {name!r:.40}, expected one of none, {_known()}")
    if name == "none":
        if others := ", ".join(sorted(map(str, value.keys() - {"name"}))):
            raise ValueError(f"found {others} for the strategy none, expected no options")
        return None
    return read_alone(STRATEGIES.named(name, "strategy").options_type, value)


def _known() -> str:
    return ", ".join(STRATEGIES.names)


Strategy = Annotated[SerializeAsAny[StageOptions] | None, BeforeValidator(_strategy)]
"""The options of one of `STRATEGIES`, or None."""


class PretrainOptions(Options):
    """All of a pre-training run.

    Args:
        seed: Initial weights, batches, augmentation and episodes follow from it.
        strategy: What comes first, as the options of one of `STRATEGIES` with its `name`; its
            name alone takes the defaults, `none` leaves it out.
        episodes: The few-shot method to train in episodes afterwards, or `none`.
        input: From a stored sequence to the encoder's input.
        augmentation: Changes in training.
        encoder: Which encoder.
        episodic: Options of the episodic stage.
        loop: How the loop runs.
        repeats: How often an epoch of the strategy shows the clips of a split of the store, by the
            split's name; once unless told. So a small set among several is not lost.

    Example:
        >>> options = PretrainOptions(input={"layout": "kinect-v1"}, strategy="byol")
        >>> options.strategy_name, options.strategy.decay
        ('byol', 0.99)
    """

    described: ClassVar[str] = "pretrain"

    seed: int = 0
    strategy: Strategy = Field("supervised", validate_default=True)
    episodes: str = "none"
    input: InputSpec
    augmentation: Augmentation = Augmentation()
    encoder: EncoderOptions = EncoderOptions()
    episodic: EpisodicOptions = EpisodicOptions()
    loop: LoopOptions = LoopOptions()
    repeats: dict[str, Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=dict)

    @property
    def strategy_name(self) -> str:
        """The name of the strategy, or `none`."""
        return "none" if self.strategy is None else str(self.strategy.model_dump()["name"])

    @property
    def mirrors_clips(self) -> bool:
        """True if a stage that is asked for mirrors clips."""
        return mirrors_clips(self.model_dump(mode="json"))

    def with_sides(self, sides: Sides) -> "PretrainOptions":
        """Return the options for a data set in which sides matter, or do not.

        Args:
            sides: Whether a clip and its mirror image are different actions.

        Returns:
            The options with that input; where sides matter no clip is mirrored, by any stage.
        """
        changes: dict[str, object] = {"input": self.input.model_copy(update={"sides": sides})}
        if sides == "matter":
            changes["augmentation"] = self.augmentation.model_copy(update={"mirror": 0.0})
            changes["strategy"] = self.strategy and self.strategy.without_mirror()
        return self.model_copy(update=changes)

    @property
    def encoder_spec(self) -> EncoderSpec:
        """The encoder's full specification."""
        return read_spec(
            {
                "name": self.encoder.name,
                "layout": self.input.layout,
                "channels": self.input.channels,
                "frames": self.input.frames,
                "persons": self.input.persons,
                **self.encoder.given,
            }
        )

    @classmethod
    def read(cls, document: Any) -> "PretrainOptions":
        """Read the options of a run, written by this version or by an earlier one.

        Args:
            document: As a run's configuration holds them.

        Returns:
            The options.

        Raises:
            SkelshotError: They are no options of pre-training.
        """
        return cls.model_validate(_as_written(with_todays_form(document)))

    @model_serializer(mode="wrap")
    def _with_late_options(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write down what older runs lack of the method's options: its absence tells their age."""
        dumped: dict[str, Any] = dump(self)
        if self.episodes in METHODS.names:
            late = late_defaults(METHODS.named(self.episodes).options_type)
            own = dumped["episodic"]
            dumped["episodic"] = own | {"method_options": late | own["method_options"]}
        return dumped

    @model_validator(mode="after")
    def _input_fits(self) -> "PretrainOptions":
        name = self.strategy_name
        if self.input.confidence and name != "none" and STRATEGIES.named(name).draws_own_views:
            raise ValueError(
                f"input.confidence: found true, but the strategy {name} draws views of "
                "joints alone; set input.confidence=false or choose another strategy"
            )
        return self

    @model_validator(mode="after")
    def _encoder_fits(self) -> "PretrainOptions":
        _ = self.encoder_spec
        return self


def _as_written(options: Any) -> Any:
    """Complete the options of a run with what held before an option of its parts was there."""
    if not isinstance(options, Mapping):
        return options
    completed = dict(options)
    encoder, episodic = options.get("encoder"), options.get("episodic")
    if isinstance(encoder, Mapping) and encoder.get("name") in ENCODERS.names:
        completed["encoder"] = as_written(ENCODERS.named(encoder["name"]).spec_type, encoder)
    if isinstance(episodic, Mapping) and (name := options.get("episodes")) in METHODS.names:
        own = episodic.get("method_options", {})
        if isinstance(own, Mapping):
            own = as_written(METHODS.named(str(name)).options_type, own)
        completed["episodic"] = {**episodic, "method_options": own}
    return completed
