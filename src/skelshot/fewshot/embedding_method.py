"""Methods with a network of their own from clips to vectors, trained with a metric loss."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from skelshot.encoders import Encoder
from skelshot.encoders.clip_coordinates import joint_positions
from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.fewshot.multi_similarity import (
    mined_pairs,
    multi_similarity_loss,
    pair_triplet_loss,
)
from skelshot.fewshot.nearest import NearestNeighbour, NearestOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec, SkeletonLayout


class EmbeddingOptions(WeightedOptions):
    """Options of every method with a network of its own.

    Attributes:
        metric_weight: Factor of the metric loss; 0 drops it.
        class_weight: Factor of the cross-entropy over the base classes; 0 drops it.
        metric_loss: The metric loss on the mined pairs.
        epsilon: Margin of the hard-pair miner, in cosines.
        margin: Of the triplet loss.
        alpha: Of the multi-similarity loss, for positives.
        beta: Of the multi-similarity loss, for negatives.
        base: Of the multi-similarity loss, the threshold lambda on cosines.
        distance: Compare embeddings by `cosine`, or by `euclid`, the Euclidean distance without
            normalising them.
        to: Compare with every `exemplar`, or with the `mean` of each class.
    """

    renamed: ClassVar[Mapping[str, str]] = {"metric": "metric_loss", "match": "distance"}

    metric_weight: float = Field(0.5, ge=0)
    class_weight: float = Field(0.5, ge=0)
    metric_loss: Literal["triplet", "multi-similarity"] = "triplet"
    epsilon: float = Field(0.1, ge=0)
    margin: float = Field(0.2, ge=0)
    alpha: float = Field(2.0, gt=0)
    beta: float = Field(50.0, gt=0)
    base: float = Field(0.5, ge=-1, le=1)
    distance: Literal["cosine", "euclid"] = "cosine"
    to: Literal["exemplar", "mean"] = "exemplar"


class EmbeddingMethod(FewShotMethod):
    """Nearest exemplar in the embedding of the method's own network; no encoder is used.

    Training calls `begin_training` once, then `embed` and `embedding_loss`; an evaluation calls
    `embed` once a clip, however many tasks the clip is in, and leaves the tasks to `matcher`.

    Attributes:
        matcher: Compares embeddings: a method that reads vectors.
        network: From joint positions to embeddings; None until `make_weights`.
        joint_channels: Which channels of a clip hold the joints' positions; x, y, z in front
            unless `meet_inputs` has told otherwise.

    Args:
        options: Options of the method.

    Raises:
        SkelshotError: Both losses are dropped.
    """

    reads: ClassVar[Literal["clip", "vector", "map"]] = "clip"
    options_type: ClassVar[type[MethodOptions]] = EmbeddingOptions
    has_weights = True
    joint_channels: slice = slice(0, 3)
    options: EmbeddingOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__(options)
        if self.options.metric_weight == self.options.class_weight == 0:
            raise SkelshotError(
                f"method {self.name}: metric_weight and class_weight are both 0, so there is "
                "nothing to train; set one of them"
            )
        chosen = NearestOptions(distance=self.options.distance, to=self.options.to)
        self.matcher = NearestNeighbour(chosen)
        self.network: nn.Module | None = None

    @property
    def embedder(self) -> "EmbeddingMethod":
        """The method itself, which embeds clips."""
        return self

    @property
    @abstractmethod
    def embed_dim(self) -> int:
        """The size D of an embedding."""

    @abstractmethod
    def make_network(self, shape: tuple[int, ...]) -> nn.Module:
        """Make the network with fresh weights.

        Args:
            shape: `(C, T, V, M)`.

        Returns:
            A module from joint positions (n, 3, T, V, M) to embeddings (n, D).
        """

    def meet_inputs(self, inputs: InputSpec) -> None:
        """Learn where in a clip the joints' positions are.

        Args:
            inputs: From a sequence to the clips that will be embedded.

        Raises:
            SkelshotError: The joint stream is none of the streams.
        """
        self.joint_channels = inputs.channels_of("joint")

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the network.

        Args:
            shape: `(C, T, V, M)`.
        """
        self.network = self.make_network(shape)

    def begin_training(self, shape: tuple[int, ...], layout: SkeletonLayout) -> None:
        """Make the weights that training starts from.

        Args:
            shape: `(C, T, V, M)`.
            layout: The joints V, for methods that must know them.
        """
        del layout
        self.make_weights(shape)

    def take_over(self, encoder: Encoder) -> None:
        """Begin training with the weights of an encoder that has the method's own network.

        Args:
            encoder: The encoder of the run, which a first stage may have trained; by default
                nothing of it is used.

        Raises:
            SkelshotError: It has the network, and something does not fit.
        """
        del encoder

    def embed(self, clips: Tensor) -> Tensor:
        """Return one vector a clip, the same whatever other clips are there.

        Args:
            clips: Encoder input (n, C, T, V, M).

        Returns:
            (n, D), float32 also under autocast (float64 for float64 clips and weights).

        Raises:
            SkelshotError: There are no weights yet.
        """
        if self.network is None:
            raise SkelshotError(
                f"method {self.name}: has no weights yet; call make_weights or load them from a run"
            )
        # Mixed precision hands clips over in bfloat16; poses and images are made in float32.
        whole = clips if clips.dtype == torch.float64 else clips.float()
        embeddings: Tensor = self.network(joint_positions(whole, self.joint_channels))
        return embeddings.to(whole.dtype)

    def embedding_loss(
        self, embeddings: Tensor, labels: Tensor, class_logits: Tensor | None
    ) -> Tensor:
        """Return what training minimises on a batch of base clips.

        Args:
            embeddings: (n, D).
            labels: Base classes (n,), at least one of them twice for a metric loss.
            class_logits: Of a linear layer on the embeddings, (n, classes); None when
                `class_weight` is 0.

        Returns:
            metric_weight L_metric + class_weight CE.
        """
        options, loss = self.options, embeddings.new_zeros(())
        if options.metric_weight:
            pairs = mined_pairs(embeddings, labels, options.epsilon)
            metric = (
                pair_triplet_loss(embeddings, pairs, options.margin)
                if options.metric_loss == "triplet"
                else multi_similarity_loss(
                    embeddings, pairs, options.alpha, options.beta, options.base
                )
            )
            loss = loss + options.metric_weight * metric
        if class_logits is not None:
            loss = loss + options.class_weight * cross_entropy(class_logits, labels)
        return loss

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Embed exemplars and queries in one pass, then score each class by its nearest exemplar.

        Args:
            support: Clips, `(B, N, K, C, T, V, M)`.
            queries: Clips, `(B, Q, C, T, V, M)`.

        Returns:
            Cosines, or minus distances, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, or there are no weights.
        """
        self.check_inputs(support, queries)
        exemplars = support.flatten(0, 2)
        embeddings = self.embed(torch.cat([exemplars, queries.flatten(0, 1)]))
        logits: Tensor = self.matcher(
            embeddings[: len(exemplars)].view(*support.shape[:3], -1),
            embeddings[len(exemplars) :].view(*queries.shape[:2], -1),
        )
        return logits
