"""The contract of every few-shot method: support and queries in, logits out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor, nn

from skelshot.ground import SkelshotError


class MethodOptions(BaseModel):
    """The options of a method: frozen, and unknown names are refused.

    Example:
        >>> MethodOptions()
        MethodOptions()
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FewShotMethod(nn.Module, ABC):
    """A classifier of queries, given K exemplars of each of N classes.

    A method works on B tasks at once. What it reads of a clip is `...` below: a vector
    `(D,)`, a feature map `(M, D, T', V)` or the clip itself `(C, T, V, M)`.

    Attributes:
        name: The name users type.
        paper: A short citation, or "" when there is no single source.
        reads: What the method wants of a clip: the clip itself, the encoder's vector or its map.
        options_type: The pydantic model of the method's options.
        inputs: Fields of the input specification that the method overrides; only for methods
            that read clips.
        has_weights: Whether the method has weights of its own that episodes must train.
        views: Further views of each clip that it wants, such as a mirrored one.
        adapts_encoder: Whether it changes the encoder within a task.
        uses_class_names: Whether it reads the names of the classes.
        is_transductive: Whether a query's logits may depend on the other queries. An option may
            turn this on, so ask the instance.
        options: The options in use.

    Args:
        options: Options of the method; its defaults when None.
    """

    name: ClassVar[str]
    paper: ClassVar[str] = ""
    reads: ClassVar[Literal["clip", "vector", "map"]] = "vector"
    options_type: ClassVar[type[MethodOptions]] = MethodOptions
    inputs: ClassVar[Mapping[str, object]] = {}
    has_weights: ClassVar[bool] = False
    views: ClassVar[tuple[str, ...]] = ()
    adapts_encoder: ClassVar[bool] = False
    uses_class_names: ClassVar[bool] = False

    is_transductive: bool = False
    options: MethodOptions

    def __init__(self, options: MethodOptions | None = None) -> None:
        super().__init__()
        self.options = self.options_type() if options is None else options

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


def check_task(support: Tensor, queries: Tensor) -> None:
    """Refuse tensors that do not make up few-shot tasks.

    Args:
        support: `(B, N, K, ...)`, at least two classes and one exemplar of each.
        queries: `(B, Q, ...)`, the same B and the same `...`.

    Raises:
        SkelshotError: Shapes that do not fit, too few classes or exemplars, a wrong dtype, or
            NaN or infinite values, which are counted.

    Example:
        >>> check_task(torch.zeros(1, 5, 1, 8), torch.zeros(1, 3, 16))
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: queries: found features of shape (16,), expected
        (8,) as in the support set; encode both with the same encoder and input
    """
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
