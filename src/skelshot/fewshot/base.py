"""The contract of every few-shot method: support and queries in, logits out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from skelshot.fewshot.method_options import MethodOptions, WeightedOptions
from skelshot.fewshot.task_check import check_task
from skelshot.fewshot.text_encoders import TextEncoders
from skelshot.fewshot.views import View
from skelshot.ground import SkelshotError
from skelshot.ground.parts import NamedPart
from skelshot.skeletons import SkeletonLayout

if TYPE_CHECKING:
    from skelshot.fewshot.embedding_method import EmbeddingMethod

__all__ = ["FORMS", "FewShotMethod", "MethodOptions", "WeightedOptions", "check_task"]

FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"vector": ("D",), "map": ("D", "T'", "V"), "clip": ("C", "T", "V", "M")}
)
"""The axes of what methods read of a clip."""


class FewShotMethod(nn.Module, NamedPart, ABC):
    """A classifier of queries, given K exemplars of each of N classes.

    A method works on B tasks at once. What it reads of a clip is `...` below: a vector `(D,)`,
    a feature map `(D, T', V)`, averaged over persons, or the clip itself `(C, T, V, M)`.

    A method that wants U further `views` of each clip gets them on an axis in front of that,
    `(1 + U, ...)`: first the clip as it is, then its views in their order. Exemplars and queries
    both have the axis; a method that compares the plain query takes `queries[:, :, 0]`.

    A method with `has_weights` makes them in `make_weights`, once the form of the features is
    known. Episodes train them together with the encoder (`episode_logits`, `episode_loss`),
    the run keeps them beside the encoder, and an evaluation loads them from there.

    Attributes:
        name: The name users type.
        paper: A short citation, or "" when there is no single source.
        reads: What the method wants of a clip: the clip itself, the encoder's vector or its map.
        options_type: The pydantic model of the method's options.
        inputs: Fields of the input specification that the method overrides, only for methods
            that read clips; an option may change them.
        uses_class_names: Whether it reads the names of the classes.
        fits_frozen_features: No gradient reaches the encoder, so episodes cannot train it.
        has_weights: Whether the method has weights of its own that episodes must train. An
            option may turn this on, so ask the instance.
        no_turns: The option and value with which it wants no turned views, such as `turns=[]`.
        views: Further views of each clip that it wants; an option may change them.
        is_transductive: Whether a query's logits may depend on the other queries; an option may
            turn this on. An evaluation then shows it all queries of a task at once, and no
            padding among them.
        lr_factor: The learning rate of its own weights over that of the encoder.
        options: The options in use.

    Args:
        options: Options of the method; its defaults when None.
    """

    part_of: ClassVar[str] = "method"
    paper: ClassVar[str] = ""
    reads: ClassVar[Literal["clip", "vector", "map"]] = "vector"
    options_type: ClassVar[type[MethodOptions]] = MethodOptions
    uses_class_names: ClassVar[bool] = False
    fits_frozen_features: ClassVar[bool] = False
    no_turns: ClassVar[str] = ""

    inputs: Mapping[str, object] = MappingProxyType({})
    has_weights: bool = False
    views: tuple[View, ...] = ()
    is_transductive: bool = False
    lr_factor: float = 1.0
    options: MethodOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__()
        self.options = self.options_type() if options is None else options
        if isinstance(self.options, WeightedOptions):
            self.lr_factor = self.options.lr_factor

    @property
    def embedder(self) -> "EmbeddingMethod | None":
        """The method itself where it embeds clips with a network of its own; None elsewhere."""
        return None

    def without_mirror(self) -> Self:
        """Return the method for classes that differ by side, where no clip may be mirrored.

        Returns:
            The method itself, unless it wants mirrored views.

        Raises:
            SkelshotError: It cannot do without them.
        """
        if any(view.mirror for view in self.views):
            raise SkelshotError(
                f"method {self.name}: mirrors clips, but sides matter here; choose another "
                "method, or say --sides ignore"
            )
        return self

    @abstractmethod
    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score the queries of B tasks.

        Args:
            support: The exemplars, class by class, `(B, N, K, ...)`.
            queries: The clips to classify, `(B, Q, ...)`.

        Returns:
            Logits `(B, Q, N)`; the largest one names the class.

        Raises:
            SkelshotError: The two do not make up a task (see `check_task`).
        """

    def meet_classes(
        self, class_names: Sequence[str], layout: SkeletonLayout, text_encoders: TextEncoders
    ) -> None:
        """Read the names of all classes, before any task; most methods read none.

        Args:
            class_names: The L names in label order.
            layout: The skeleton of the clips.
            text_encoders: Gives what turns names into vectors.

        Raises:
            SkelshotError: The text encoder cannot be loaded, or the skeleton has no body parts.
        """

    def score(self, support: Tensor, queries: Tensor, labels: Tensor | None) -> Tensor:
        """Score the queries of B tasks, told which classes the tasks are about.

        Args:
            support: `(B, N, K, ...)`.
            queries: `(B, Q, ...)`.
            labels: Places `(B, N)` among the names, int64; None where they are not known. Only
                methods that read names look at them.

        Returns:
            Logits `(B, Q, N)`.
        """
        del labels
        logits: Tensor = self(support, queries)
        return logits

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make fresh weights, from torch's random numbers; methods without any do nothing.

        Args:
            shape: What is read of one view of a clip: `(D,)`, or `(D, T', V)` of a map.
        """

    def check_shape(self, ways: int, shots: int) -> None:
        """Refuse tasks of a form that the method cannot take, before any work is done.

        Args:
            ways: N.
            shots: K.

        Raises:
            SkelshotError: It cannot take that many classes or exemplars.
        """

    def check_inputs(self, support: Tensor, queries: Tensor) -> None:
        """Refuse tensors that are no tasks, or not of what the method reads of a clip.

        Args:
            support: `(B, N, K, ...)`.
            queries: `(B, Q, ...)`.

        Raises:
            SkelshotError: See `check_task` and `check_shape`; or what is read of a clip has
                another number of axes, or not as many views as the method wants.
        """
        check_task(support, queries)
        self.check_shape(*support.shape[1:3])
        views = 1 + len(self.views)
        axes = FORMS[self.reads] if views == 1 else (str(views), *FORMS[self.reads])
        found = tuple(support.shape[3:])
        if len(found) != len(axes) or (views > 1 and found[0] != views):
            hint = f"; the first axis holds the clip and its {views - 1} views" if views > 1 else ""
            raise SkelshotError(
                f"method {self.name}: found features of shape {found}, expected a {self.reads} of "
                f"each clip, ({', '.join(axes)}){hint}"
            )

    def episode_logits(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score the queries of training episodes, with gradients to support and queries.

        The same as calling the method, unless it adapts to the support set in a way that
        gradients do not pass through.

        Args:
            support: `(B, N, K, ...)`.
            queries: `(B, Q, ...)`.

        Returns:
            Logits `(B, Q, N)`.
        """
        logits: Tensor = self(support, queries)
        return logits

    def episode_loss(
        self, logits: Tensor, targets: Tensor, support: Tensor, queries: Tensor
    ) -> Tensor:
        """Return what training episodes minimise: the cross-entropy unless overridden.

        Args:
            logits: From `episode_logits`, `(B, Q, N)`.
            targets: The true classes `(B, Q)`, int64.
            support: What the logits were made of, `(B, N, K, ...)`, for further terms.
            queries: The same, `(B, Q, ...)`.

        Returns:
            One number, the mean over episodes.
        """
        return cross_entropy(logits.flatten(0, 1), targets.flatten())
