"""The options of representation transfer."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from skelshot.pretraining.class_head import ClassHeadOptions
from skelshot.pretraining.stage_options import OptimizerOptions, StageOptions
from skelshot.teachers import Representation


class TransferOptions(StageOptions):
    """Representation transfer, stage 1 of the paper (section IV.B).

    Args:
        name: `transfer`.
        epochs: Passes over the base clips; 100 as printed.
        batch: Clips a batch; 128 as printed.
        optimizer: The optimizer; Adam at 0.1 with weight decay 0.01 as printed.
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
        time_reversed: Regress clips played backwards too, towards prompts that say so
            and videos shown in reverse (`teach --prompts time-reversed`); `auto` does so where the
            features have them.
        loss: `regression` is eq. 1 of the paper; `contrast` is a contrastive loss within the
            batch, with the teacher's similarities as soft labels (see `soft_contrast_loss`).
        contrast_scale: Factor on the student's cosines in `contrast`.
        contrast_temperature: Divides the teacher's cosines in `contrast`.
        ce_weight: Of a cross-entropy on the base classes beside the teacher's loss, which has 1;
            0 leaves it out, as printed.
        ce_head: Its head over the base classes.
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

    described: ClassVar[str] = "strategy transfer"
    renamed: ClassVar[Mapping[str, str]] = {
        **StageOptions.renamed,
        "backwards_classes": "time_reversed",
    }

    name: Literal["transfer"] = "transfer"
    epochs: int = Field(100, ge=0, le=99_999)
    batch: int = Field(128, ge=2, le=1_000_000)
    optimizer: OptimizerOptions = OptimizerOptions(name="adam", lr=1e-3, weight_decay=1e-2)
    predictor_lr_factor: float = Field(10.0, gt=0)
    representation: Representation = "text"
    prompted: bool = False
    missing_video: Literal["refuse", "text", "drop"] = "refuse"
    shuffle_video: Literal["none", "within-class"] = "none"
    normalise: bool = True
    centre: bool = False
    time_reversed: bool | Literal["auto"] = "auto"
    loss: Literal["regression", "contrast"] = "regression"
    contrast_scale: float = Field(12.0, gt=0)
    contrast_temperature: float = Field(0.1, gt=0)
    ce_weight: float = Field(0.0, ge=0)
    ce_head: ClassHeadOptions = ClassHeadOptions()
    projector: Literal["mlp", "linear"] = "mlp"
    hidden: int = Field(4096, ge=1, le=65_536)
    embedding: int = Field(256, ge=1, le=65_536)
    embedding_norm: Literal["none", "batch"] = "none"
    predictor: bool = True
    decay: float = Field(0.99, ge=0, le=1)
