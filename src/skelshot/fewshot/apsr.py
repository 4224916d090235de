"""APSR: body parts weighted by the similarity of their names to the action's name.

J. Liu et al., "NTU RGB+D 120: A Large-Scale Benchmark for 3D Human Activity Understanding",
TPAMI 2020 (arXiv 1905.04757).
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.body_parts import average_of_parts, body_parts, part_averages
from skelshot.fewshot.class_names import NamedClassMethod
from skelshot.fewshot.part_relevance import Reading, name_similarities, part_weights
from skelshot.fewshot.text_encoders import TextEncoders
from skelshot.ground import SkelshotError
from skelshot.skeletons import SkeletonLayout


class APSROptions(MethodOptions):
    """Options of APSR.

    Attributes:
        teacher: The text encoder that it asks for: any teacher that reads texts, `minilm` or
            `random-code` (which knows no meaning) or one of `skelshot teach --teacher`.
        model: Another model of that teacher: a folder or an id.
        reading: Encode an action's name as a `whole`, or the mean of its `words` as with word
            vectors.
        temperature: tau of the softmax over the parts; the higher, the more equal their weights.
        scale: Factor on the similarities; it changes training in episodes, never a prediction.

    Example:
        >>> APSROptions(reading="words").temperature
        0.1
    """

    teacher: str = "minilm"
    model: str | None = None
    reading: Reading = "words"
    temperature: Annotated[float, Field(gt=0)] = 0.1
    scale: Annotated[float, Field(gt=0)] = 10.0


class APSR(NamedClassMethod):
    """Cosines of body parts, each weighted by the similarity of its name and the action's name.

    Without labels all parts have the same weight. Until `meet_classes`, which names the skeleton,
    every joint is a part of its own.

    Args:
        options: Options of the method.

    Example:
        >>> import torch
        >>> from skelshot.skeletons import KINECT_V1
        >>> method = APSR()
        >>> def text_encoders(name, model):
        ...     return lambda texts: torch.randn(len(texts), 16)
        >>> method.meet_classes(["carry", "throw", "walk"], KINECT_V1, text_encoders)
        >>> support, queries = torch.randn(1, 2, 1, 8, 4, 20), torch.randn(1, 3, 8, 4, 20)
        >>> method(support, queries, torch.tensor([[0, 2]])).shape
        torch.Size([1, 3, 2])
    """

    name: ClassVar[str] = "apsr"
    paper: ClassVar[str] = (
        "Liu et al., NTU RGB+D 120: A Large-Scale Benchmark for 3D Human Activity Understanding, "
        "TPAMI 2020"
    )
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = APSROptions
    options: APSROptions
    members: Tensor | None
    weights: Tensor | None

    def __init__(self, options: APSROptions | None = None) -> None:
        super().__init__(options)
        # Known from names, not trained: kept out of what a run saves.
        self.register_buffer("members", None, persistent=False)
        self.register_buffer("weights", None, persistent=False)

    def meet_classes(
        self, class_names: Sequence[str], layout: SkeletonLayout, text_encoders: TextEncoders
    ) -> None:
        """Weigh the parts of the body for each class.

        Args:
            class_names: The L names in label order.
            layout: The skeleton; its parts are in `body_parts.yaml`.
            text_encoders: Gives the one that the options name.

        Raises:
            SkelshotError: The text encoder cannot be loaded, a name holds no word, or the layout
                has no parts.
        """
        members = part_averages(layout)
        chosen = self.options
        encode_text = text_encoders(chosen.teacher, chosen.model)
        names = [part.name for part in body_parts(layout)]
        similarities = name_similarities(encode_text, class_names, names, chosen.reading)
        self.members = members
        self.weights = part_weights(similarities, chosen.temperature)

    def forward(self, support: Tensor, queries: Tensor, labels: Tensor | None = None) -> Tensor:
        """Score each class by the weighted similarity of the parts of query and exemplars.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.
            labels: Which classes the tasks are about, `(B, N)` int64; None counts all parts
                alike.

        Returns:
            Minus scale times the distance, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task or are not maps, the maps have other
                joints than the skeleton, or labels come before the names.
        """
        self.check_inputs(support, queries)
        exemplars = normalize(self._part_features(support).mean(2), dim=-1)
        seen = normalize(self._part_features(queries), dim=-1)
        weighted = exemplars * self._weights_of(labels, exemplars)
        # The weights of a class add up to one, so that 1 - cos and cos differ by one alone.
        similarity = seen.flatten(2) @ weighted.flatten(2).transpose(1, 2)
        return self.options.scale * (similarity - 1.0)

    def _part_features(self, maps: Tensor) -> Tensor:
        """Average maps (..., D, T', V) over time and the joints of each part: (..., P, D)."""
        return average_of_parts(maps.mean(-2), self.members, self.name).transpose(-1, -2)

    def _weights_of(self, labels: Tensor | None, exemplars: Tensor) -> Tensor | float:
        """Return the weights of the parts for each class of each task, (B, N, P, 1)."""
        if labels is None:
            return 1.0 / exemplars.shape[-2]
        if self.weights is None:
            raise SkelshotError(
                f"method {self.name}: found labels but no names; call meet_classes first"
            )
        if labels.shape != exemplars.shape[:2]:
            raise SkelshotError(
                f"labels: found shape {tuple(labels.shape)}, expected {tuple(exemplars.shape[:2])}"
                ", one label a class of each task"
            )
        chosen: Tensor = self.weights.to(exemplars)[labels.to(self.weights.device)]
        return chosen[..., None]
