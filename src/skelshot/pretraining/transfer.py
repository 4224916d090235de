"""Representation transfer from a frozen teacher: stage 1 of the paper (section IV.B)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skelshot.datasets.batches import Item, shuffled_batches
from skelshot.encoders import Encoder
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.heads import mlp_head
from skelshot.pretraining.losses import regression_loss
from skelshot.pretraining.momentum import target_like, update_moving_average
from skelshot.pretraining.options import TransferOptions
from skelshot.pretraining.stage import BaseSet, Stage
from skelshot.teachers import FeatureCache


def class_targets(teacher: FeatureCache, labels: Sequence[int], options: TransferOptions) -> Tensor:
    """Make the targets of the classes from their text features.

    Args:
        teacher: Cached features; a rendering that says "backwards" is for clips played backwards.
        labels: The base classes.
        options: Normalisation, centring, and whether clips are played backwards.

    Returns:
        Targets (classes, R, D); with backwards classes (2 * classes, R, D), those last, R being
        the renderings of one direction.

    Raises:
        SkelshotError: Backwards classes are asked for, and the renderings do not come in pairs.
    """
    texts = teacher.text_for(labels)
    if options.normalise:
        texts = F.normalize(texts, dim=-1)
    ahead, back = directions(teacher)
    if options.backwards_classes is True and (not back or len(back) != len(ahead)):
        raise SkelshotError(
            f"transfer.backwards_classes: {teacher.path} has {len(ahead)} renderings a class "
            f"forwards and {len(back)} backwards, expected as many of each; teach with --prompts "
            "both-ways, or set transfer.backwards_classes=auto"
        )
    if plays_backwards(teacher, options):
        texts = torch.cat([texts[:, ahead], texts[:, back]])
    else:
        texts = texts[:, ahead]
    if options.centre:
        texts = texts - texts.mean((0, 1))
        texts = F.normalize(texts, dim=-1) if options.normalise else texts
    return texts


def plays_backwards(teacher: FeatureCache, options: TransferOptions) -> bool:
    """Tell whether clips are played backwards too.

    Args:
        teacher: Cached features.
        options: `backwards_classes` is True, False, or `auto`: where the features allow it.

    Returns:
        True when the clips' reversals are classes of their own.
    """
    if options.backwards_classes != "auto":
        return options.backwards_classes
    ahead, back = directions(teacher)
    return 0 < len(back) == len(ahead)


def directions(teacher: FeatureCache) -> tuple[list[int], list[int]]:
    """Tell which renderings are for clips played forwards and which for clips played backwards.

    Args:
        teacher: Cached features; where its texts are not known, all are for forwards.

    Returns:
        Places along the renderings R: forwards, and those that say "backwards".
    """
    said = teacher.info.texts[0] if teacher.info.texts else ()
    back = [place for place, text in enumerate(said) if "backwards" in text]
    return [place for place in range(teacher.text.shape[1]) if place not in back], back


class TransferStage(Stage):
    """Regress the teacher's features from the skeleton, in one direction only.

    The teacher's projector g_vl is a moving average of the skeleton's projector g_s (eq. 2),
    so the two must take vectors of one size: a linear adapter brings the encoder's D features
    to the teacher's size. Adapter, projectors and predictor are thrown away afterwards.

    Args:
        encoder: The encoder to train.
        base: The base clips.
        options: Heads, decay and optimiser.
        teacher: Cached features that cover the base classes.
        seed: Initial heads, batches and augmentation follow from it.

    Raises:
        SkelshotError: The cache is of other data, lacks base classes or the representation.
    """

    name = "transfer"

    def __init__(
        self,
        encoder: Encoder,
        base: BaseSet,
        options: TransferOptions,
        teacher: FeatureCache,
        seed: int,
    ) -> None:
        super().__init__(encoder, base, seed)
        if options.representation != "text":
            raise SkelshotError(
                f"transfer.representation: found {options.representation!r}, the features in "
                f"{teacher.path} hold text only; use text"
            )
        store = base.store
        teacher.check_matches(store.data_hash, store.class_names, base.split.base)
        self.options = options
        self.epochs = options.epochs
        self.optimiser = options.optimiser
        self.adapter = nn.Linear(encoder.embed_dim, teacher.dim)
        self.projector = mlp_head(teacher.dim, options.hidden, options.embedding)
        self.predictor: nn.Module = (
            mlp_head(options.embedding, options.hidden, options.embedding)
            if options.predictor
            else nn.Identity()
        )
        self.teacher_projector = target_like(self.projector)
        self._texts = class_targets(teacher, base.split.base, options)
        self._backwards = plays_backwards(teacher, options)

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips; `use` carries the epoch to the choice of rendering."""
        items = [item._replace(use=epoch) for item in self.base.items]
        if self._backwards:
            items += [item._replace(backwards=True) for item in items]
        return shuffled_batches(items, self.options.batch, self.seed, self.name, epoch)

    def targets(self, batch: Sequence[Item]) -> Tensor:
        """Look up the teacher's features, one random rendering of each clip's class text.

        Args:
            batch: Items of base clips.

        Returns:
            f_t of each clip, (n, teacher size).
        """
        rows = self.base.targets(batch)
        renderings = torch.zeros_like(rows)
        if (count := self._texts.shape[1]) > 1:
            names = [self.base.store.clips[item.clip].name for item in batch]
            draws = [
                int(rng_for(self.seed, "rendering", item.use, name).integers(count))
                for item, name in zip(batch, names, strict=True)
            ]
            renderings = torch.tensor(draws)
        return self._texts[rows, renderings]

    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return L = 2 - 2 cos(q(g_s(f_s)), g_vl(f_vl)), eq. 1 of the paper.

        Args:
            clips: Encoder input (n, C, T, V, M).
            targets: Teacher features f_vl (n, teacher size).

        Returns:
            `loss`, and `spread`, the mean standard deviation of the normalised predictions
            over the batch, which falls to 0 when they collapse to one point.
        """
        skeleton = self.projector(self.adapter(self.encoder(clips)))
        prediction = self.predictor(skeleton).float()
        with torch.no_grad():
            target = self.teacher_projector(targets).float()
        spread = F.normalize(prediction.detach()).std(0).mean()
        return {"loss": regression_loss(prediction, target), "spread": spread}

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the skeleton side; the predictor's rate has a factor of its own."""
        return [
            (self.encoder, 1.0),
            (self.adapter, 1.0),
            (self.projector, 1.0),
            (self.predictor, self.options.predictor_lr_factor),
        ]

    def after_step(self) -> None:
        """Move the teacher's projector, eq. 2 of the paper."""
        update_moving_average(self.teacher_projector, self.projector, self.options.decay)
