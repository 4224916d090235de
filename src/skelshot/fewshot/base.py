"""The contract of every few-shot method: support and queries in, logits out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Literal, Self

import torch
from pydantic import ValidationError
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from skelshot.fewshot.method_options import MethodOptions, WeightedOptions
from skelshot.fewshot.views import View
from skelshot.ground import SkelshotError

__all__ = ["FORMS", "FewShotMethod", "MethodOptions", "WeightedOptions", "check_task"]

FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"vector": ("D",), "map": ("D", "T'", "V"), "clip": ("C", "T", "V", "M")}
)
"""The axes of what methods read of a clip."""


class FewShotMethod(nn.Module, ABC):
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
        inputs: Fields of the input specification that the method overrides; only for methods
            that read clips.
        adapts_encoder: Whether it changes the encoder within a task.
        uses_class_names: Whether it reads the names of the classes.
        fits_frozen_features: Whether it fits itself to features that must not move, so that
            episodes cannot train the encoder through it.
        has_weights: Whether the method has weights of its own that episodes must train. An
            option may turn this on, so ask the instance.
        views: Further views of each clip that it wants; an option may change them.
        is_transductive: Whether a query's logits may depend on the other queries; an option may
            turn this on.
        lr_factor: The learning rate of its own weights over that of the encoder.
        options: The options in use.

    Args:
        options: Options of the method; its defaults when None.
    """

    name: ClassVar[str]
    paper: ClassVar[str] = ""
    reads: ClassVar[Literal["clip", "vector", "map"]] = "vector"
    options_type: ClassVar[type[MethodOptions]] = MethodOptions
    inputs: ClassVar[Mapping[str, object]] = {}
    adapts_encoder: ClassVar[bool] = False
    uses_class_names: ClassVar[bool] = False
    fits_frozen_features: ClassVar[bool] = False

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

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Build the method from plain values, as a command line or a file gives them.

        Args:
            options: Option names and values.

        Returns:
            The method.

        Raises:
            SkelshotError: An unknown option or a value that does not fit; one line.
        """
        try:
            return cls(cls.options_type.model_validate(dict(options)))
        except ValidationError as error:
            raise SkelshotError(_option_problem(cls, error)) from error

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


def check_task(support: Tensor, queries: Tensor) -> None:
    """Refuse tensors that do not make up few-shot tasks.

    Args:
        support: `(B, N, K, ...)`, at least two classes and one exemplar of each.
        queries: `(B, Q, ...)`, the same B and the same `...`.

    Raises:
        SkelshotError: Shapes that do not fit, too few classes or exemplars, unequal numbers of
            exemplars, an axis of length 0, a wrong dtype, or NaN or infinite values, which are
            counted.

    Example:
        >>> check_task(torch.zeros(1, 5, 1, 8), torch.zeros(1, 3, 16))
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: queries: found features of shape (16,), expected
        (8,) as in the support set; encode both with the same encoder and input
    """
    if not isinstance(support, Tensor):
        raise SkelshotError(
            f"support: found a {type(support).__name__}, expected one tensor (B, N, K, ...); "
            "classes with unequal numbers of exemplars make no task, take as many of each"
        )
    if support.dim() < 4 or queries.dim() != support.dim() - 1:
        raise SkelshotError(
            f"few-shot task: found support {tuple(support.shape)} and queries "
            f"{tuple(queries.shape)}, expected (B, N, K, ...) and (B, Q, ...)"
        )
    if support.shape[0] != queries.shape[0]:
        raise SkelshotError(
            f"queries: found {queries.shape[0]} tasks, expected {support.shape[0]} as in the "
            "support set"
        )
    if support.shape[3:] != queries.shape[2:]:
        raise SkelshotError(
            f"queries: found features of shape {tuple(queries.shape[2:])}, expected "
            f"{tuple(support.shape[3:])} as in the support set; encode both with the same "
            "encoder and input"
        )
    if support.shape[1] < 2:
        raise SkelshotError(
            f"support: found {support.shape[1]} class(es), expected at least 2; add a class"
        )
    if support.shape[2] < 1:
        raise SkelshotError("support: found 0 exemplars of each class, expected at least 1")
    if 0 in support.shape[3:]:
        raise SkelshotError(
            f"support: found features of shape {tuple(support.shape[3:])}, expected a length of at "
            "least 1 on every axis"
        )
    for place, values in (("support", support), ("queries", queries)):
        if values.dtype not in (torch.float32, torch.float64):
            raise SkelshotError(
                f"{place}: found {values.dtype}, expected torch.float32 or torch.float64; call "
                ".float() first"
            )
        _check_finite(place, values)


def _check_finite(place: str, values: Tensor) -> None:
    """Raise an error that counts the values that are NaN or infinite."""
    # A sum is NaN or infinite when any value is: one pass without a mask as large as the input.
    if torch.isfinite(values.sum()):
        return
    bad = int((~torch.isfinite(values)).sum())
    if bad:
        raise SkelshotError(
            f"{place}: found {bad} of {values.numel()} values that are NaN or infinite, expected "
            "none; repair or reject the clips they come from"
        )


def _option_problem(method: type[FewShotMethod], error: ValidationError) -> str:
    """Put the first problem pydantic found into one line."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    known = ", ".join(method.options_type.model_fields) or "none"
    if first["type"] == "extra_forbidden":
        return f"method {method.name}: no option '{place}'; its options: {known}"
    return (
        f"method {method.name}, option '{place}': found {first['input']!r}; "
        f"{first['msg'][:1].lower()}{first['msg'][1:]}"
    )
