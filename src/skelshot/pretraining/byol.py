"""Skeleton-BYOL: one view's vector predicts another's, on unlabelled base clips."""

from collections import defaultdict

import torch
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.heads import mlp_head
from skelshot.pretraining.losses import regression_loss
from skelshot.pretraining.momentum import cosine_decay, target_like, update_moving_average
from skelshot.pretraining.stage import BaseSet
from skelshot.pretraining.view_options import ByolOptions
from skelshot.pretraining.view_stage import ViewStage, spread
from skelshot.skeletons import InputSpec


class ByolStage(ViewStage):
    """Predict the target network's vector of one view from the other view.

    The online network is encoder, projector and predictor; the target network, encoder and
    projector only, follows by a moving average (Grill et al., 2020). One view is conservative,
    one aggressive, and the two may come from two cameras (Moliner et al., CVPRW 2022, whose
    code and amounts are not public). All but the encoder is thrown away.

    Args:
        encoder: The encoder to train.
        base: The base clips; their labels are not read.
        options: Views, heads, decay and optimiser.
        inputs: What the encoder eats.
        seed: Initial heads, batches and views follow from it.
    """

    name = "byol"

    def __init__(
        self,
        encoder: Encoder,
        base: BaseSet,
        options: ByolOptions,
        inputs: InputSpec,
        seed: int,
    ) -> None:
        super().__init__(encoder, base, inputs, options.batch, seed)
        self.options = options
        self.epochs = options.epochs
        self.optimiser = options.optimiser
        self.projector = mlp_head(encoder.embed_dim, options.hidden, options.embedding)
        self.predictor = mlp_head(options.embedding, options.hidden, options.embedding)
        self.target_encoder = target_like(encoder)
        self.target_projector = target_like(self.projector)
        self._others = other_cameras(base) if options.other_camera else {}

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the clips; where other cameras are asked for, their clips stand behind.

        Returns:
            Batches of n clips, or of 2 n: clip n + i then shows the performance of clip i.
        """
        batches = super().batches(epoch)
        if not self._others:
            return batches
        return [batch + [self._partner(item, epoch) for item in batch] for batch in batches]

    def forward(self, clips: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """Return the regression loss of a batch.

        L = 2 - 2 cos(q(g(f(aggressive))), g'(f'(conservative))), plus the same with the views
        exchanged when it is symmetric (Grill et al., 2020, eq. 2).

        Args:
            clips: Plain joints (n, C, T, V, M), or 2 n clips as `batches` says.
            targets: Numbers of the clips.

        Returns:
            `loss`, and `spread` of the target's vectors of the conservative view.
        """
        count = len(clips) // 2 if self._others else len(clips)
        options = self.options
        aggressive = self.views(clips[:count], targets[:count], options.aggressive, "aggressive")[0]
        conservative = self.views(
            clips[-count:], targets[-count:], options.conservative, "conservative"
        )[0]
        target = self._target(conservative)
        loss = regression_loss(self._online(aggressive), target)
        if self.options.symmetric:
            swapped = regression_loss(self._online(conservative), self._target(aggressive))
            loss = loss + swapped
        return {"loss": loss, "spread": spread(target)}

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train the online network; the target only follows."""
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

    def _partner(self, item: Item, epoch: int) -> Item:
        """Draw the clip of another camera, or the same clip."""
        others = self._others.get(item.clip, [])
        rng = rng_for("camera", self.seed, epoch, self.base.store.clips[item.clip].name)
        if not others or rng.random() >= self.options.other_camera:
            return item
        return Item(others[int(rng.integers(len(others)))])


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
