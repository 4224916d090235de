"""AimCLR, and CrosSCLR's mining across streams, on unlabelled base clips."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from skelshot.datasets.batches import Item
from skelshot.encoders import Encoder, build_encoder
from skelshot.ground import SkelshotError
from skelshot.pretraining.attention_drop import drop_salient
from skelshot.pretraining.contrastive import distribution_loss, info_nce, several_positives
from skelshot.pretraining.mining import (
    context_logits,
    cross_stream_positives,
    nearest_positives,
)
from skelshot.pretraining.momentum_contrast import MomentumContrast
from skelshot.pretraining.stage import StageData
from skelshot.pretraining.view_options import AimClrOptions
from skelshot.pretraining.view_stage import ViewStage, collapse_std, pool_map
from skelshot.skeletons.view_augmentation import ViewAugmentation


class AimClrStage(ViewStage):
    """AimCLR: contrast views with a queue of keys, and align extreme views with the normal one.

    A stream's loss is L1 + (L2 + L3) / 2: L1 contrasts the normal view with its key and, once
    positives are mined, with those; L2 and L3 let the extreme view, and that view without its
    most salient features, have the normal view's similarities (Guo et al., AAAI 2022). Streams
    add up (Li et al., CVPR 2021). Projectors, key encoders and queues are thrown away, and so
    are the encoders of further streams.

    Args:
        encoder: The encoder to train.
        options: Views, queue, mining and optimizer.
        data: The base clips and the specification of the encoder's input.

    Raises:
        SkelshotError: The queue is as long as the data or longer, the encoder has no feature map
            to drop from, or cross-stream mining has one stream only.
    """

    name = "aimclr"
    paper = (
        "Guo et al., Contrastive Learning from Extremely Augmented Skeleton Sequences for "
        "Self-Supervised Action Recognition, AAAI 2022"
    )
    options_type = AimClrOptions

    def __init__(self, encoder: Encoder, options: AimClrOptions, data: StageData) -> None:
        super().__init__(encoder, options, data)
        _check(options, encoder, len(data.base.indices))
        self.options = options
        narrow = encoder.spec.model_copy(update={"channels": data.inputs.coordinates})
        self.further_encoders = nn.ModuleList(
            build_encoder(narrow, seed=int(torch.randint(2**31, ())))
            for _ in options.further_streams
        )
        self.contrasts = nn.ModuleList(
            MomentumContrast(
                each,
                options.embedding,
                options.queue,
                options.temperature,
                options.decay,
                options.key_norm,
            )
            for each in [encoder, *self.further_encoders]
        )

    def batches(self, epoch: int) -> list[list[Item]]:
        """Shuffle the base clips, and lower the learning rate when it is time."""
        start = self.options.lower_rate_from
        full = self.options.optimizer
        lowered = full.model_copy(update={"lr": full.lr / 10})
        self.optimizer = lowered if start is not None and epoch >= start else full
        return super().batches(epoch)

    def load(self, item: Item, epoch: int) -> dict[str, Tensor]:
        """Draw the views of a clip.

        Args:
            item: The clip.
            epoch: The epoch.

        Returns:
            Its `number` in the store, and the encoder inputs (C, T, V, M) of each stream by view
            and stream: `query 0`, `key 0`, `extreme 0`, `query 1` and so on.
        """
        clip = self.data.base.store.clips[item.clip].name
        plain = self.encoded(item, epoch)
        further = [(kind,) for kind in self.options.further_streams]
        loaded = {"number": torch.tensor(item.clip)}
        for name, augmentation in self._augmentations().items():
            views = self.views(plain, clip, epoch, augmentation, name, further, item.use)
            loaded |= {f"{name} {place}": view for place, view in enumerate(views)}
        return loaded

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the loss of a batch; in training, its keys then join the queues.

        Args:
            batch: The views of each stream (n, C, T, V, M), and the clips' numbers (n,).

        Returns:
            `loss`; `accuracy`, how often the key is nearer than the whole queue; `collapse_std` of
            the queries.
        """
        numbers = batch["number"]
        streams = []  # per stream: the logits of its views, the normal one first
        new_keys = []
        for place, (encoder, contrast) in enumerate(self._streams()):
            key = contrast.key(batch[f"key {place}"])
            query = contrast.query(encoder(batch[f"query {place}"]))
            seen = [query]
            if (extreme := batch.get(f"extreme {place}")) is not None:
                seen += self._strong_queries(encoder, contrast, extreme)
            streams.append([contrast.logits(each, key, numbers) for each in seen])
            new_keys.append(key)
            if place == 0:
                width = collapse_std(query)
        loss = self._loss(streams)
        if self.training:
            for (_, contrast), key in zip(self._streams(), new_keys, strict=True):
                contrast.queue.push(key, numbers)
        accuracy = (streams[0][0].argmax(1) == 0).float().mean()
        return {"loss": loss, "accuracy": accuracy, "collapse_std": width}

    def trained(self) -> list[tuple[nn.Module, float]]:
        """Train encoders and projectors; the key encoders are moving averages of them."""
        return [
            (module, 1.0)
            for encoder, contrast in self._streams()
            for module in (encoder, contrast.projector)
        ]

    def after_step(self) -> None:
        """Move the key encoders towards the encoders."""
        for encoder, contrast in self._streams():
            contrast.follow(encoder)

    def _augmentations(self) -> dict[str, ViewAugmentation]:
        """Return the augmentation of each view."""
        normal, extreme = self.options.normal, self.options.extreme
        augmentations = {"query": normal, "key": normal}
        return augmentations if extreme is None else augmentations | {"extreme": extreme}

    def _streams(self) -> list[tuple[Encoder, MomentumContrast]]:
        """List encoder and contrast of each stream, the stage's own first."""
        encoders: list[Encoder] = [self.encoder, *self.further_encoders]
        return list(zip(encoders, self.contrasts, strict=True))  # type: ignore[arg-type]

    def _strong_queries(
        self, encoder: Encoder, contrast: MomentumContrast, clips: Tensor
    ) -> list[Tensor]:
        """Encode the extreme view, and the same map without its most salient features."""
        if not self.options.attention_drop:
            return [contrast.query(encoder(clips))]
        features = encoder.feature_map(clips)
        with torch.autocast(clips.device.type, enabled=False):
            dropped = drop_salient(features, self.options.drop_threshold)
        return [contrast.query(pool_map(encoder, clips, x)) for x in (features, dropped)]

    def _loss(self, streams: Sequence[Sequence[Tensor]]) -> Tensor:
        """Add up L1 + (L2 + L3) / 2 over the streams."""
        losses = []
        for place, views in enumerate(streams):
            loss = self._first_loss(streams, place)
            # The published weights: a half each, also where one of the two is left out.
            for strong in views[1:]:
                loss = loss + distribution_loss(strong, views[0]) / 2
            losses.append(loss)
        return torch.stack(losses).sum()

    def _first_loss(self, streams: Sequence[Sequence[Tensor]], place: int) -> Tensor:
        """Contrast a stream's normal view with its key and what is mined."""
        options, logits = self.options, streams[place][0]
        if options.mining == "none" or self.epoch < options.mine_from_epoch:
            return info_nce(logits)
        if options.mining == "nearest":
            return several_positives(logits, nearest_positives(streams[place], options.top_k))
        others = [views[0] for other, views in enumerate(streams) if other != place]
        pairs = [self._cross_loss(logits, other) for other in others]
        return torch.stack(pairs).mean()

    def _cross_loss(self, logits: Tensor, other: Tensor) -> Tensor:
        """Contrast one stream with the positives that another stream mines."""
        context = self.options.context
        compared = context_logits(logits, other, self.options.temperature) if context else logits
        return several_positives(
            compared, cross_stream_positives(other, self.options.top_k, context)
        )


def _check(options: AimClrOptions, encoder: Encoder, clips: int) -> None:
    """Refuse what cannot work before any training."""
    if options.queue >= clips:
        raise SkelshotError(
            f"strategy.queue: found {options.queue} entries, the base has {clips} clips, expected "
            "fewer entries than clips, or a clip meets its own older keys only; set a smaller "
            "strategy.queue"
        )
    if options.mining == "cross-stream" and not options.further_streams:
        raise SkelshotError(
            "strategy.mining: found 'cross-stream' and no strategy.further_streams, expected at "
            "least one such as [joint-motion]"
        )
    needs_map = options.extreme is not None and options.attention_drop
    if needs_map and not callable(getattr(encoder, "feature_map", None)):
        raise SkelshotError(
            f"strategy.attention_drop: drops from feature maps, {type(encoder).__name__} gives "
            "vectors only; set strategy.attention_drop=false, or take another encoder"
        )
