"""Skeleton-BYOL: one view's vector predicts another's, on unlabelled base clips."""

from collections import defaultdict

import torch
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.losses import regression_loss
from skelshot.pretraining.momentum import cosine_decay, target_like, update_moving_average
from skelshot.pretraining.projectors import mlp_head
from skelshot.pretraining.stage import BaseSet, StageData
from skelshot.pretraining.view_options import ByolOptions
from skelshot.pretraining.view_stage import ViewStage, collapse_std, later_use


class ByolStage(ViewStage):
    """Predict the target network's vector of one view from the other view.

    The online network is encoder, projector and predictor; the target network, encoder and
    projector only, follows by a moving average (Grill et al., 2020). One view is conservative,
    one aggressive, and the two may come from two cameras (Moliner et al., CVPRW 2022, whose
    code and amounts are not public). All but the encoder is thrown away.

    Args:
        encoder: The encoder to train.
        options: Views, heads, decay and optimizer.
        data: The base clips and the specification of the encoder's input.
    """

    name = "byol"
    paper = (
        "Moliner et al., Bootstrapped Representation Learning for Skeleton-Based Action "
        "Recognition, CVPRW 2022"
    )
    options_type = ByolOptions

    def __init__(self, encoder: Encoder, options: ByolOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        self.options = options
        self.projector = mlp_head(encoder.embed_dim, options.hidden, options.embedding)
        self.predictor = mlp_head(options.embedding, options.hidden, options.embedding)
        self.target_encoder = target_like(encoder)
        self.target_projector = target_like(self.projector)
        self._others = other_cameras(data.base) if options.other_camera else {}

    def load(self, item: Item, epoch: int) -> dict[str, Tensor]:
        """Draw the two views of a clip.

        Args:
            item: The clip.
            epoch: The epoch.

        Returns:
            `aggressive` and `conservative`, encoder inputs (C, T, V, M); the second may be of
            another camera's clip of the same performance.
        """
        partner = self._partner(item, epoch)
        plain = self.encoded(item, epoch)
        return {
            "aggressive": self._view(plain, item, epoch, "aggressive"),
            "conservative": self._view(
                plain if partner == item else self.encoded(partner, epoch),
                partner,
                epoch,
                "conservative",
            ),
        }

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the regression loss of a batch.

        L = 2 - 2 cos(q(g(f(aggressive))), g'(f'(conservative))), plus the same with the views
        exchanged when it is symmetric (Grill et al., 2020, eq. 2).

        Args:
            batch: `aggressive` and `conservative` views (n, C, T, V, M).

        Returns:
            `loss`, and `collapse_std` of the target's vectors of the conservative view.
        """
        aggressive, conservative = batch["aggressive"], batch["conservative"]
        target = self._target(conservative)
        loss = regression_loss(self._online(aggressive), target)
        if self.options.symmetric:
            swapped = regression_loss(self._online(conservative), self._target(aggressive))
            loss = loss + swapped
        return {"loss": loss, "collapse_std": collapse_std(target)}

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the online network; the target is a moving average of it."""
        return [(self.encoder, 1.0), (self.projector, 1.0), (self.predictor, 1.0)]

    def after_step(self) -> None:
        """Move the target network: xi <- d xi + (1 - d) theta."""
        decay = self.options.decay
        if self.options.decay_schedule == "cosine":
            decay = cosine_decay(decay, self.epoch, max(1, self.epochs))
        update_moving_average(self.target_encoder, self.encoder, decay)
        update_moving_average(self.target_projector, self.projector, decay)

    def _online(self, clips: Tensor) -> Tensor:
        """Return q(g(f(clips))), (n, embedding)."""
        prediction: Tensor = self.predictor(self.projector(self.encoder(clips)))
        return prediction

    @torch.no_grad()
    def _target(self, clips: Tensor) -> Tensor:
        """Return g'(f'(clips)), (n, embedding)."""
        target: Tensor = self.target_projector(self.target_encoder(clips))
        return target

    def _view(self, plain: Tensor, item: Item, epoch: int, name: str) -> Tensor:
        """Draw the view of that name of a clip, (C, T, V, M)."""
        clip = self.data.base.store.clips[item.clip].name
        augmentation = self.options.augmentations[name]
        return self.views(plain, clip, epoch, augmentation, name, use=item.use)[0]

    def _partner(self, item: Item, epoch: int) -> Item:
        """Draw the clip of another camera, or the same clip."""
        others = self._others.get(item.clip, [])
        clip = self.data.base.store.clips[item.clip].name
        rng = rng_for("camera", self.data.seed, epoch, clip, *later_use(item.use))
        if not others or rng.random() >= self.options.other_camera:
            return item
        return item._replace(clip=others[int(rng.integers(len(others)))])


def other_cameras(base: BaseSet) -> dict[int, list[int]]:
    """Find for each base clip the clips of the same performance by other cameras.

    A performance is known by action, person, repetition and the cameras' arrangement; stores
    that know no person, repetition or camera have none.

    Args:
        base: The base clips.

    Returns:
        Numbers of the other clips by number of the clip; clips without any are left out.
    """
    performances: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number in base.indices.tolist():
        if key := _performance(base.store, number):
            performances[key].append(number)
    found: dict[int, list[int]] = {}
    for numbers in performances.values():
        for number in numbers:
            camera = base.store.clips[number].camera
            others = [n for n in numbers if base.store.clips[n].camera != camera]
            if others:
                found[number] = others
    return found


def _performance(store: Store, number: int) -> tuple[int, ...] | None:
    """Return what a clip's performance is known by, or None."""
    clip = store.clips[number]
    if clip.subject is None or clip.replication is None or clip.camera is None:
        return None
    return clip.label, clip.subject, clip.replication, -1 if clip.setup is None else clip.setup
