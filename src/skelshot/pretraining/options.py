"""Every choice of pre-training, typed: what a preset fills in and `--set` changes."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from skelshot.datasets.episodes import EpisodeSpec
from skelshot.encoders import EncoderSpec, read_spec
from skelshot.encoders.readouts import ReadOut
from skelshot.ground.precision import bfloat16_is_native, training_device
from skelshot.pretraining.optimiser_options import OptimiserOptions, Options
from skelshot.pretraining.view_options import AimClrOptions, ByolOptions
from skelshot.skeletons import Augmentation, InputSpec
from skelshot.skeletons.inputs import Sides
from skelshot.teachers import Representation

__all__ = [
    "ClassHeadOptions",
    "EncoderOptions",
    "EpisodicOptions",
    "LabelOptions",
    "LoopOptions",
    "OptimiserOptions",
    "PretrainOptions",
    "Strategy",
    "SupervisedOptions",
    "TransferOptions",
]

Strategy = Literal["none", "supervised", "transfer", "byol", "aimclr"]


class ClassHeadOptions(Options):
    """A head over the base classes and its cross-entropy.

    Args:
        head: `linear` logits, or `cosine` logits times `scale`.
        scale: Of the cosine head.
        label_smoothing: Of the cross-entropy.
    """

    head: Literal["linear", "cosine"] = "linear"
    scale: float = Field(16.0, gt=0)
    label_smoothing: float = Field(0.0, ge=0, lt=1)


class SupervisedOptions(ClassHeadOptions):
    """Training on the base classes alone; the head's options are those of `ClassHeadOptions`.

    Args:
        epochs: Passes over the base clips.
        batch: Clips a batch.
        optimiser: The optimiser.
        backwards_classes: Train on each base class played backwards as a class of its own.
    """

    epochs: int = Field(30, ge=0, le=99_999)
    batch: int = Field(32, ge=2, le=1_000_000)
    optimiser: OptimiserOptions = OptimiserOptions()
    backwards_classes: bool = False


class LabelOptions(ClassHeadOptions):
    """The labels beside the teacher; the head's options are those of `ClassHeadOptions`.

    Args:
        weight: Of the cross-entropy, the teacher's loss having 1; 0 leaves the labels out.
    """

    weight: float = Field(0.0, ge=0)


class TransferOptions(Options):
    """Representation transfer, stage 1 of the paper (section IV.B).

    Args:
        epochs: Passes over the base clips; 100 as printed.
        batch: Clips a batch; 128 as printed.
        optimiser: The optimiser; Adam at 0.1 with weight decay 0.01 as printed.
        predictor_lr_factor: The predictor's learning rate over that of the rest; 10 as printed.
        representation: Which teacher features to regress: f_t, f_v or f_v + f_t.
        prompted: Take the texts that X-CLIP made depend on each clip's video as f_t.
        missing_video: What becomes of base clips without video features where f_v or prompted
            texts are asked for: `refuse` the run, train them towards their class's plain `text`,
            or `drop` them.
        shuffle_video: A control: `within-class` gives every clip the video features of another
            clip of its class, keyed by the seed.
        normalise: L2-normalise f_v and f_t before they are added (the paper is silent).
        centre: Subtract the mean of the base classes' f_t, which sentence encoders share, and of
            the base clips' f_v, each before they are added.
        backwards_classes: Regress clips played backwards too, towards renderings that say so
            and videos shown in reverse (`teach --prompts both-ways`); `auto` does so where the
            features have them.
        loss: `regression` is eq. 1 of the paper; `contrast` also asks that the clip be found among
            its batch, as far as the teacher tells the clips apart.
        contrast_scale: Factor on the student's cosines in `contrast`.
        contrast_temperature: Divides the teacher's cosines in `contrast`.
        labels: A cross-entropy on the base classes beside the teacher's loss; none as printed.
        projector: `mlp` as printed, or `linear`: a random MLP in front of the teacher hides much of
            what its features tell, and a linear map keeps it.
        hidden: Width of the hidden layer in projectors and predictor; 4096 as printed.
        embedding: Width of their output; 256 as printed.
        embedding_norm: `batch` ends both projectors in a batch norm without gain: random
            projectors give all targets a large part in common, which hides what tells them
            apart; `none` as printed.
        predictor: Put a predictor on the skeleton side; Table X has the row without.
        decay: d of the moving average, 0.99 as printed; 1 keeps the teacher's projector at its
            random start, 0 copies the skeleton's projector after every step.
    """

    epochs: int = Field(100, ge=0, le=99_999)
    batch: int = Field(128, ge=2, le=1_000_000)
    optimiser: OptimiserOptions = OptimiserOptions(name="adam", lr=1e-3, weight_decay=1e-2)
    predictor_lr_factor: float = Field(10.0, gt=0)
    representation: Representation = "text"
    prompted: bool = False
    missing_video: Literal["refuse", "text", "drop"] = "refuse"
    shuffle_video: Literal["none", "within-class"] = "none"
    normalise: bool = True
    centre: bool = False
    backwards_classes: bool | Literal["auto"] = "auto"
    loss: Literal["regression", "contrast"] = "regression"
    contrast_scale: float = Field(12.0, gt=0)
    contrast_temperature: float = Field(0.1, gt=0)
    labels: LabelOptions = LabelOptions()
    projector: Literal["mlp", "linear"] = "mlp"
    hidden: int = Field(4096, ge=1, le=65_536)
    embedding: int = Field(256, ge=1, le=65_536)
    embedding_norm: Literal["none", "batch"] = "none"
    predictor: bool = True
    decay: float = Field(0.99, ge=0, le=1)


class EpisodicOptions(Options):
    """Episodic training, stage 2 of the paper (section IV.B).

    Args:
        epochs: Passes of `episode.per_epoch` episodes each.
        batch: Episodes a step.
        episode: Shape of an episode.
        optimiser: SGD, momentum 0.9, weight decay 1e-4, lr 1e-3, cosine annealing as printed.
        readout: What of the encoder's output the method sees: `pooled` as in the paper, or
            `joints`.
        classifier: Options of the method that is trained, such as the cosine's `scale`.
        backwards_classes: Draw base classes played backwards as classes of their own too.
    """

    epochs: int = Field(20, ge=0, le=99_999)
    batch: int = Field(1, ge=1, le=1_000_000)
    episode: EpisodeSpec = EpisodeSpec()
    optimiser: OptimiserOptions = OptimiserOptions(name="sgd", lr=1e-3, weight_decay=1e-4)
    readout: ReadOut = "pooled"
    classifier: dict[str, Any] = Field(default_factory=dict)
    backwards_classes: bool = False


class EncoderOptions(Options):
    """Which encoder; the rest of its specification follows from the input.

    Further values are those that the encoder's own specification adds.

    Args:
        name: Of the family `skelshot.encoders.ENCODERS`.
        width: Factor on the channel counts 64, 128, 256.
        dropout: Dropout rate inside the blocks, where the encoder has it.
    """

    model_config = ConfigDict(extra="allow")  # what an encoder adds is checked by its spec

    name: str = "agcn"
    width: float = Field(1.0, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)


class LoopOptions(Options):
    """How the loop runs, whatever it trains.

    Args:
        precision: `32-true`, or `bf16-mixed` for bfloat16 autocast; `auto` takes the second where
            the device has instructions for it, and is written down as what it took.
        workers: Processes that prepare batches; results do not depend on it.
        accumulate: Batches whose gradients are added before a step.
        keep_every: Epochs between checkpoints.
    """

    precision: Literal["32-true", "bf16-mixed"] = Field("auto", validate_default=True)
    workers: int = Field(0, ge=0, le=256)
    accumulate: int = Field(1, ge=1, le=1_000_000)
    keep_every: int = Field(1, ge=1)

    @field_validator("precision", mode="before")
    @classmethod
    def _settle_precision(cls, value: object) -> object:
        if value != "auto":
            return value
        return "bf16-mixed" if bfloat16_is_native(training_device()) else "32-true"


class PretrainOptions(Options):
    """All of a pre-training run.

    Args:
        seed: Initial weights, batches, augmentation and episodes follow from it.
        strategy: What comes first: `none`, `supervised`, `transfer`, `byol` or `aimclr`.
        episodes: The few-shot method to train in episodes afterwards, or `none`.
        input: From a stored sequence to the encoder's input.
        augmentation: Changes in training.
        encoder: Which encoder.
        supervised: Options of the supervised strategy.
        transfer: Options of the transfer.
        byol: Options of Skeleton-BYOL.
        aimclr: Options of AimCLR and CrosSCLR.
        episodic: Options of the episodic stage.
        loop: How the loop runs.
    """

    seed: int = 0
    strategy: Strategy = "supervised"
    episodes: str = "none"
    input: InputSpec
    augmentation: Augmentation = Augmentation()
    encoder: EncoderOptions = EncoderOptions()
    supervised: SupervisedOptions = SupervisedOptions()
    transfer: TransferOptions = TransferOptions()
    byol: ByolOptions = ByolOptions()
    aimclr: AimClrOptions = AimClrOptions()
    episodic: EpisodicOptions = EpisodicOptions()
    loop: LoopOptions = LoopOptions()

    def with_sides(self, sides: Sides) -> "PretrainOptions":
        """Return the options for a data set in which sides matter, or do not.

        Args:
            sides: Whether a clip and its mirror image are different actions.

        Returns:
            The options with that input; where sides matter no clip is mirrored, by any stage.
        """
        document = self.model_dump()
        document["input"]["sides"] = sides
        if sides == "matter":
            changes = (document["augmentation"], *document["byol"].values())
            for recipe in (*changes, *document["aimclr"].values()):
                if isinstance(recipe, dict) and "mirror" in recipe:
                    recipe["mirror"] = 0.0
        return PretrainOptions.model_validate(document)

    @property
    def deciding(self) -> dict[str, Any]:
        """What decides a run's numbers, as plain values.

        The options of the view strategies, of the labels beside a teacher, of sides and of the
        confidence stand in it only where they are used: runs that were begun before there were
        any go on.
        """
        decides = self.model_dump(mode="json", exclude={"byol", "aimclr"} - {self.strategy})
        if self.strategy != "transfer" or not self.transfer.labels.weight:
            del decides["transfer"]["labels"]
        for later, usual in (("sides", "ignore"), ("confidence", False)):
            if decides["input"][later] == usual:
                del decides["input"][later]
        return decides

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
                **self.encoder.model_dump(exclude_defaults=True),
            }
        )

    @model_validator(mode="after")
    def _input_fits(self) -> "PretrainOptions":
        x, y, z = self.augmentation.rotate_degrees
        if self.input.coordinates == 2 and (x or y):
            raise ValueError(
                f"augmentation.rotate_degrees: found [{x:g}, {y:g}, {z:g}] for 2-D joints, which "
                f"turn about z only; set augmentation.rotate_degrees=[0,0,{z:g}]"
            )
        if self.input.confidence and self.strategy in ("byol", "aimclr"):
            raise ValueError(
                f"input.confidence: found true, but the strategy {self.strategy} draws views of "
                "joints alone; set input.confidence=false or choose another strategy"
            )
        return self

    @model_validator(mode="after")
    def _encoder_fits(self) -> "PretrainOptions":
        _ = self.encoder_spec
        return self
