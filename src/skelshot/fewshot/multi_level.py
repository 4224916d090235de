"""Multi-level matching: joints, body parts and the whole body, each at several tempos."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import AfterValidator, Field
from torch import Tensor
from torch.nn.functional import avg_pool1d, normalize

from skelshot.fewshot.base import FewShotMethod, MethodOptions
from skelshot.fewshot.body_parts import average_of_parts, part_averages
from skelshot.fewshot.nearest import NearestNeighbour, NearestOptions
from skelshot.fewshot.text_encoders import TextEncoders
from skelshot.skeletons import SkeletonLayout

Level = Literal["joint", "part", "body"]


def _each_once(values: tuple[object, ...]) -> tuple[object, ...]:
    if len(set(values)) < len(values):
        raise ValueError("expected each once")
    return values


class MultiLevelOptions(MethodOptions):
    """Options of multi-level matching.

    Attributes:
        levels: Units that are compared: every `joint`, the mean of the joints of every `part` of
            the body, the mean of the whole `body`.
        tempos: Numbers of the map's moments that are averaged to one, before clips are compared
            moment by moment; 1 keeps them all, and where there are fewer their mean is left.
        to: Compare with every `exemplar` of a class and keep the nearest, with the class `mean`,
            or with `both` and average; with one exemplar they agree.
        scale: Factor on the logits; it changes training in episodes, never a prediction.

    Example:
        >>> MultiLevelOptions(levels=["part"]).tempos
        (1, 2, 4)
    """

    levels: Annotated[tuple[Level, ...], Field(min_length=1), AfterValidator(_each_once)] = (
        "joint",
        "part",
        "body",
    )
    tempos: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000)], ...],
        Field(min_length=1, max_length=16),
        AfterValidator(_each_once),
    ] = (1, 2, 4)
    to: Literal["exemplar", "mean", "both"] = "mean"
    scale: Annotated[float, Field(gt=0)] = 10.0


class MultiLevel(FewShotMethod):
    """Nearest class by the mean of the cosines at several levels of the body and tempos.

    Each pair of a level and a tempo gives one cosine, and all of them count alike. Until
    `meet_classes`, which names the skeleton, every joint is a part of its own.

    Args:
        options: Options of the method.

    Example:
        >>> maps = torch.randn(1, 2, 1, 8, 6, 20)                     # (B, N, K, D, T', V)
        >>> MultiLevel()(maps, maps[:, :, 0]).argmax(-1).tolist()
        [[0, 1]]
    """

    name: ClassVar[str] = "multi-level"
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = MultiLevelOptions
    options: MultiLevelOptions
    members: Tensor | None

    def __init__(self, options: MultiLevelOptions | None = None) -> None:
        super().__init__(options)
        # Known from the skeleton, not trained: kept out of what a run saves.
        self.register_buffer("members", None, persistent=False)
        self.nearest = NearestNeighbour(NearestOptions(distance="cosine", to=self.options.to))

    def meet_classes(
        self, class_names: Sequence[str], layout: SkeletonLayout, text_encoders: TextEncoders
    ) -> None:
        """Learn which joints are one part of the body.

        Args:
            class_names: Not read.
            layout: The skeleton.
            text_encoders: Not asked.

        Raises:
            SkelshotError: Parts are compared and the layout has none.
        """
        del class_names, text_encoders
        if "part" in self.options.levels:
            self.members = part_averages(layout)

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by its nearness to each query.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            Scale times the mean cosine, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, are not maps, or the maps have other
                joints than the skeleton.
        """
        self.check_inputs(support, queries)
        nearness: Tensor = self.nearest(self.read(support), self.read(queries))
        return self.options.scale * nearness

    def read(self, maps: Tensor) -> Tensor:
        """Put one unit vector a level and tempo side by side.

        Args:
            maps: `(..., D, T', V)`.

        Returns:
            Vectors `(..., D')`, whose cosine is the mean of the cosines of their pieces.

        Raises:
            SkelshotError: The maps have other joints than the skeleton.
        """
        pieces = [
            normalize(_slower(at_level, tempo).flatten(-3), dim=-1)
            for at_level in (self._at_level(level, maps) for level in self.options.levels)
            for tempo in self.options.tempos
        ]
        return torch.cat(pieces, -1)

    def _at_level(self, level: Level, maps: Tensor) -> Tensor:
        if level == "part":
            return average_of_parts(maps, self.members, self.name)
        return maps if level == "joint" else maps.mean(-1, keepdim=True)


def _slower(maps: Tensor, tempo: int) -> Tensor:
    """Average every `tempo` moments of maps (..., D, T', V); what is left over is averaged too."""
    moments = maps.shape[-2]
    if tempo == 1 or moments == 1:
        return maps
    steps = maps.transpose(-1, -2)
    averaged = avg_pool1d(
        steps.reshape(-1, 1, moments), min(tempo, moments), ceil_mode=True, count_include_pad=False
    )
    return averaged.reshape(*steps.shape[:-1], -1).transpose(-1, -2)
