"""All settings of the mini teacher's training, in one record that its model card prints."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from skelshot.ground.options import Options


class ModelShape(Options):
    """Sizes of the model, which decide its cost and its 4.5 million parameters.

    Args:
        frames: Frames T of a clip.
        size: Height and width S of a frame in pixels.
        patch: Side of a patch in pixels.
        width: Length of a patch's state in the picture tower.
        layers: Layers of the picture tower.
        heads: Attention heads of the picture tower.
        hidden: Width inside its two-layer networks.
        time_layers: Layers of the transformer over the frames' vectors; it alone knows which
            frame came first.
        dim: Length D of f_v and f_t.
        dim_heads: Attention heads of the transformer over frames and of the prompts.
        prompt_layers: Layers that make texts depend on a video.
        text_width: Length of a token's state in the text tower.
        text_layers: Layers of the text tower.
        text_heads: Attention heads of the text tower.
        context: Largest number of tokens of a text.
        vocabulary: Largest number of tokens there are.
    """

    described: ClassVar[str] = "recipe, shape"

    frames: int = Field(default=8, ge=1)
    size: int = Field(default=96, ge=8)
    patch: int = Field(default=12, ge=2)
    width: int = Field(default=192, ge=8)
    layers: int = Field(default=5, ge=1)
    heads: int = Field(default=3, ge=1)
    hidden: int = Field(default=448, ge=8)
    time_layers: int = Field(default=4, ge=1)
    dim: int = Field(default=160, ge=8)
    dim_heads: int = Field(default=4, ge=1)
    prompt_layers: int = Field(default=1, ge=1)
    text_width: int = Field(default=128, ge=8)
    text_layers: int = Field(default=2, ge=1)
    text_heads: int = Field(default=2, ge=1)
    context: int = Field(default=64, ge=8)
    vocabulary: int = Field(default=2000, ge=600)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for whole, part, what in (
            (self.size, self.patch, "size must be a multiple of patch"),
            (self.width, self.heads, "width must be a multiple of heads"),
            (self.dim, self.dim_heads, "dim must be a multiple of dim_heads"),
            (self.text_width, self.text_heads, "text_width must be a multiple of text_heads"),
        ):
            if whole % part:
                raise ValueError(what)
        return self


class MiniStageOptions(Options):
    """Length, batch and rate of a training stage.

    Args:
        passes: How many frames or clips are shown altogether.
        batch: How many a step.
        rate: Share of the recipe's highest learning rates.
    """

    described: ClassVar[str] = "recipe, stage"

    passes: int = Field(ge=0)
    batch: int = Field(ge=2)
    rate: float = Field(default=1.0, gt=0, le=1)

    @property
    def steps(self) -> int:
        """Number of steps: passes over batch, rounded up."""
        return -(-self.passes // self.batch)


class Recipe(Options):
    """Settings of the model and of its training.

    Args:
        shape: The model's sizes.
        seed: Of weights, batches, wordings and changes of pictures.
        start_well: Whether the picture tower starts with whitening filters and waves for places.
        seeing: First stage: single frames, and where the joints are in them.
        understanding: Second stage: clips, each by what was seen of its frames, and captions.
        views: Random changes of each clip that the second stage knows.
        together: Last stage: whole clips, each again in another wording and with other changes.
        more_texts: Captions of other actions that each step adds as wrong answers. A caption
            costs a sixtieth of a clip.
        prompted: Weight of the contrast with prompted texts.
        length: Weight of the term that holds the lengths of f_v and f_t near sqrt(D).
        parts: Weight of naming an action's parts, from the video and from the text.
        joints: Weight of the joints in patches.
        places: Weight of the joint positions in each frame.
        frame_parts: Weight of naming an action's parts from one frame.
        matrix_lr: Highest learning rate of the layers' matrices, by Muon.
        lr: Highest learning rate of all else, by AdamW.
        warmup: Share of the steps over which the rate rises; afterwards it falls as a cosine.
        weight_decay: Of the layers' matrices alone.
        betas: Of AdamW.
        clip_norm: Largest norm of a step's gradient.
        shift: Farthest that a clip's pictures are moved, as a share of their size.
        zoom: Most that they are enlarged or shrunk, as a share of 1.
        light: Most that brightness and contrast change, as a share of 1.
        tint: Most that each colour changes by itself, as a share of 1.
        mirror: Share of the clips whose left and right are exchanged.
    """

    described: ClassVar[str] = "recipe"

    shape: ModelShape = ModelShape()
    seed: int = Field(default=0, ge=0)
    start_well: bool = True
    seeing: MiniStageOptions = MiniStageOptions(passes=320_000, batch=64)
    understanding: MiniStageOptions = MiniStageOptions(passes=320_000, batch=128)
    views: int = Field(default=2, ge=1)
    together: MiniStageOptions = MiniStageOptions(passes=16_000, batch=32, rate=0.3)
    more_texts: int = Field(default=192, ge=0)
    prompted: float = Field(default=0.5, ge=0)
    length: float = Field(default=0.1, ge=0)
    parts: float = Field(default=0.3, ge=0)
    joints: float = Field(default=0.05, ge=0)
    places: float = Field(default=1.0, ge=0)
    frame_parts: float = Field(default=0.05, ge=0)
    matrix_lr: float = Field(default=0.02, gt=0)
    lr: float = Field(default=2e-3, gt=0)
    warmup: float = Field(default=0.02, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    betas: tuple[float, float] = (0.9, 0.98)
    clip_norm: float = Field(default=1.0, gt=0)
    shift: float = Field(default=0.04, ge=0, lt=0.5)
    zoom: float = Field(default=0.08, ge=0, lt=0.5)
    light: float = Field(default=0.15, ge=0, lt=1)
    tint: float = Field(default=0.05, ge=0, lt=1)
    mirror: float = Field(default=0.5, ge=0, le=1)

    @property
    def stages(self) -> dict[str, MiniStageOptions]:
        """Options of the stages by name, in their order."""
        return {
            "seeing": self.seeing,
            "understanding": self.understanding,
            "together": self.together,
        }
