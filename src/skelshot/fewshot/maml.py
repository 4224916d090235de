"""First-order MAML: initial weights that a few gradient steps adapt to a task.

C. Finn, P. Abbeel and S. Levine, "Model-Agnostic Meta-Learning for Fast Adaptation of Deep
Networks", ICML 2017; the prototypes as start of the head are of Triantafillou et al., ICLR 2020.
"""

from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions
from skelshot.fewshot.inner_loop import Learner, activated, adapted, pooled, unit
from skelshot.ground import SkelshotError

MEGABYTE = 2**20
FLOAT = 4


class MAMLOptions(WeightedOptions):
    """Options of MAML.

    Attributes:
        inner: Weights adapted to a task: the head alone, or the `layer` before it as well, whose
            initial weights episodes must train.
        inner_steps: Gradient steps on the exemplars; 0 keeps the initial weights.
        inner_lr: Their learning rate; at 1 they diverge with five exemplars.
        start: The head before the steps: `prototype`, which is nearest prototypes, or `zero`.
        scale: s, what logits of features at length one are multiplied by.
        joints: Keep the joints apart in the mean, so that the head has weights for each.
        memory_mb: Most memory that adapting may take, in MiB; tasks go through in groups that
            fit, and a task that does not fit with one query is refused. Training keeps all
            groups for the backward pass.

    Example:
        >>> MAMLOptions(inner="head").inner_steps
        5
    """

    inner: Literal["head", "layer"] = "layer"
    inner_steps: Annotated[int, Field(ge=0)] = 5
    inner_lr: Annotated[float, Field(gt=0)] = 0.01
    start: Literal["prototype", "zero"] = "prototype"
    scale: Annotated[float, Field(gt=0)] = 10.0
    joints: bool = True
    memory_mb: Annotated[float, Field(gt=0)] = 1024.0


class MAML(FewShotMethod):
    """A layer on the feature map and a head, both adapted to each task by gradient steps.

    The encoder is not adapted within a task; the gradients of episodes reach it.

    Args:
        options: Options of the method.

    Example:
        >>> method = MAML()
        >>> method.make_weights((8, 4, 20))
        >>> support, queries = torch.rand(1, 5, 1, 8, 4, 20), torch.rand(1, 3, 8, 4, 20)
        >>> method(support, queries).shape
        torch.Size([1, 3, 5])
    """

    name: ClassVar[str] = "maml"
    paper: ClassVar[str] = (
        "Finn et al., Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, ICML 2017"
    )
    reads: ClassVar[Literal["clip", "vector", "map"]] = "map"
    options_type: ClassVar[type[MethodOptions]] = MAMLOptions
    options: MAMLOptions

    def __init__(self, options: MAMLOptions | None = None) -> None:
        super().__init__(options)
        self.has_weights = self.options.inner == "layer"
        self.layer: nn.Parameter | None = None
        self._shape: tuple[int, ...] | None = None
        self._asked: tuple[int, int] | None = None

    def make_weights(self, shape: tuple[int, ...]) -> None:
        """Make the layer, at first the identity on the encoders' maps, which are not negative.

        Args:
            shape: `(D, T', V)`.

        Raises:
            SkelshotError: Adapting a task of the form that `check_shape` was asked for would
                take more memory than the options allow.
        """
        self._shape = tuple(shape)
        if self._asked is not None:
            self.check_shape(*self._asked)
        if self.has_weights:
            self.layer = nn.Parameter(torch.zeros(shape[0], shape[0]))

    def check_shape(self, ways: int, shots: int) -> None:
        """Refuse tasks that take more memory than allowed, once the form of the maps is known.

        Args:
            ways: N.
            shots: K.

        Raises:
            SkelshotError: One task with one query does not fit.
        """
        self._asked = (ways, shots)
        if self._shape is not None:
            self._groups(self._shape, ways, shots, queries=1)

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Adapt to the exemplars of each task, then score its queries.

        Args:
            support: `(B, N, K, D, T', V)`.
            queries: `(B, Q, D, T', V)`.

        Returns:
            Logits `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, are not maps, a task needs more memory
                than allowed, or there are no weights for maps of that width.
        """
        self.check_inputs(support, queries)
        self._check_weights(support.shape[3])
        ways, shots, *shape = support.shape[1:]
        tasks, width = self._groups(tuple(shape), ways, shots, queries.shape[1])
        answers = []
        for rows in _slices(len(queries), tasks):
            learner = self._learner(support[rows])
            parts = [
                learner.logits(self._tokens(queries[rows, columns]))
                for columns in _slices(queries.shape[1], width)
            ]
            answers.append(torch.cat(parts, dim=1))
        return torch.cat(answers)

    def _learner(self, support: Tensor) -> Learner:
        """Return the weights of b tasks after the steps on their exemplars (b, N, K, ...)."""
        tasks, ways, shots = support.shape[:3]
        tokens = self._tokens(support.flatten(1, 2))
        layer = None if self.layer is None else self.layer.to(tokens).expand(tasks, -1, -1)
        features = unit(pooled(activated(tokens, layer)))
        prototypes = features.view(tasks, ways, shots, -1).mean(2)
        if self.options.start == "zero":
            prototypes = torch.zeros_like(prototypes)
        biases = -prototypes.square().sum(-1)
        start = Learner(layer, 2.0 * prototypes, biases, self.options.scale)
        labels = torch.arange(ways, device=tokens.device).repeat_interleave(shots)
        return adapted(start, tokens, labels, self.options.inner_steps, self.options.inner_lr)

    def _tokens(self, maps: Tensor) -> Tensor:
        """Turn maps (b, n, D, T', V) into tokens (b, n, G, L, D): V groups, or a single one.

        Without a layer nothing happens to a token before the mean, so the mean is all it takes.
        """
        tokens = maps.permute(0, 1, 4, 3, 2)
        if not self.options.joints:
            tokens = tokens.flatten(2, 3)[:, :, None]
        return tokens if self.layer is not None else pooled(tokens)[:, :, None, None]

    def _groups(
        self, shape: tuple[int, ...], ways: int, shots: int, queries: int
    ) -> tuple[int, int]:
        """Return how many tasks, and how many queries of each, fit into memory at once."""
        fixed, each = adaptation_floats(self.options, shape, ways, shots)
        allowed = int(self.options.memory_mb * MEGABYTE / FLOAT)
        if fixed + each > allowed:
            needed = (fixed + each) * FLOAT / MEGABYTE
            raise SkelshotError(
                f"method {self.name}: adapting one task of {ways} classes and {shots} exemplars of "
                f"each to maps of shape {shape} needs {needed:.1f} MiB, memory_mb allows "
                f"{self.options.memory_mb:g}; raise it, or set inner=head"
            )
        tasks = max(1, allowed // (fixed + queries * each))
        return tasks, max(1, min(queries, (allowed - fixed) // each))

    def _check_weights(self, channels: int) -> None:
        """Refuse maps for which there is no layer."""
        if not self.has_weights:
            return
        if self.layer is None:
            raise SkelshotError(
                f"method {self.name}: has no weights yet; call make_weights or load them from a run"
            )
        if len(self.layer) != channels:
            raise SkelshotError(
                f"method {self.name}: found maps of {channels} channels, its weights are for "
                f"{len(self.layer)}; use the encoder it was trained with, or train again"
            )


def _slices(count: int, size: int) -> list[slice]:
    """Cut a range into runs of at most that size."""
    return [slice(start, start + size) for start in range(0, count, size)]


def adaptation_floats(
    options: MAMLOptions, shape: tuple[int, ...], ways: int, shots: int
) -> tuple[int, int]:
    """Estimate the peak memory of adapting one task, in numbers of 4 bytes.

    A step holds the weights before and after, their gradient and the start, and of the tokens of
    the exemplars a copy, what the layer makes of them, and their gradient. First order keeps
    nothing from step to step; the second order of MAML would keep all of it.

    Args:
        options: Options of the method.
        shape: `(D, T', V)`.
        ways: N.
        shots: K.

    Returns:
        The numbers of one task without queries, and of one query. In training, where queries
        are kept for the backward pass, it is about twice that, for all tasks of a batch together.

    Example:
        >>> adaptation_floats(MAMLOptions(joints=False), (64, 6, 20), ways=5, shots=1)
        (171284, 15424)
    """
    channels, frames, joints = shape
    features = channels * (joints if options.joints else 1)
    clip = channels * frames * joints if options.inner == "layer" else features
    layer = channels**2 if options.inner == "layer" else 0
    weights = layer + ways * (features + 1)
    return 4 * (weights + ways * shots * clip), 2 * clip + features
