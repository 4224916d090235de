"""Fine-tuning of the classifiers of many tasks at once (section IV.C, equation 4).

All tasks are one batched problem: every tensor carries the task as its first axis and no task sees
another. Tasks go through in chunks whose features stay in the processor's cache over all steps.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar

import torch
from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.formulas import entropy_gradient, loss_gradient
from skelshot.fewshot.parallel import on_each_core
from skelshot.fewshot.steps import Adam, Optimizer, Sgd
from skelshot.fewshot.task_heads import TaskHead
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash

AnyTaskHead = TypeVar("AnyTaskHead", bound=TaskHead)

# Feature values of one chunk: 2 MB of float32 on a CPU, 0.5 GB on an accelerator.
CPU_CHUNK_VALUES = 2**19
ACCELERATOR_CHUNK_VALUES = 2**27


class FinetuneOptions(MethodOptions):
    """Options of fine-tuning the classifier of a task on its support set.

    Attributes:
        entropy: Whose predictions the entropy term is taken of. `support` is equation 4 as
            printed; `query` is the form of Dhillon et al. 2020 and makes the method
            transductive; `none` leaves the term out.
        entropy_weight: The factor of the entropy term, 1 as printed. A negative one rewards
            unsure predictions.
        optimizer: The update rule; the paper names none for this stage (SGD for stage 2).
        lr: Learning rate, 5e-4 as printed.
        momentum: Momentum of `sgd`.
        weight_decay: Factor of W added to its gradient; biases and scale are left alone.
        epochs: Passes over the support set, 20 as printed; 0 keeps the initial weights.
        batch: `full` takes one step an epoch on all exemplars, `sample` one step an exemplar.
        seed: Seed of the order of exemplars when `batch` is `sample`; all tasks share the order.
    """

    entropy: Literal["support", "query", "none"] = "support"
    entropy_weight: float = 1.0
    optimizer: Literal["sgd", "adam"] = "sgd"
    lr: Annotated[float, Field(gt=0)] = 5e-4
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    epochs: Annotated[int, Field(ge=0)] = 20
    batch: Literal["full", "sample"] = "full"
    seed: int = 0


@torch.no_grad()
def finetune(
    head: AnyTaskHead, support: Tensor, options: FinetuneOptions, queries: Tensor | None = None
) -> AnyTaskHead:
    """Fine-tune the classifiers of B tasks on their support sets.

    Args:
        head: The initial classifiers; left as they are.
        support: Features of the exemplars, `(B, N, K, D)`.
        options: How to fine-tune.
        queries: Features of the queries, `(B, Q, D)`; needed only with `entropy="query"`.

    Returns:
        The fine-tuned classifiers, of the same kind, without gradients.

    Raises:
        SkelshotError: `entropy="query"` without queries.
    """
    if options.entropy == "query" and queries is None:
        raise SkelshotError("entropy: found 'query' but no queries; give them or use 'support'")
    unlabelled = queries if options.entropy == "query" else None
    exemplars = support.flatten(1, 2)
    targets = _one_hot_targets(support)
    tuned = head.copied()

    # Grad mode belongs to a thread; inference mode may change both plain and inference tensors.
    @torch.inference_mode()
    def tune(chunk: slice) -> None:
        part = tuned.tasks(chunk)
        pool = None if unlabelled is None else part.prepare(unlabelled[chunk])
        _descend(part, part.prepare(exemplars[chunk]), targets, pool, options)

    chunks = _chunks(exemplars, unlabelled)
    if support.device.type == "cpu":
        on_each_core(tune, chunks)
    else:
        for chunk in chunks:
            tune(chunk)
    return tuned


def _descend(
    head: TaskHead,
    support: Tensor,
    targets: Tensor,
    queries: Tensor | None,
    options: FinetuneOptions,
) -> None:
    """Take all steps of one chunk of tasks; the head's parameters change in place.

    Args:
        head: Classifiers of b tasks.
        support: Prepared exemplars, `(b, N * K, D)`.
        targets: Their one-hot labels, `(N * K, N)`.
        queries: Prepared queries, `(b, Q, D)`, when the entropy is taken of them.
        options: How to fine-tune.
    """
    optimizer: Optimizer = (
        Adam(options.lr) if options.optimizer == "adam" else Sgd(options.lr, options.momentum)
    )
    entropy_weight = options.entropy_weight if options.entropy == "support" else 0.0
    for rows in _batches(len(targets), options):
        seen = support[:, rows]
        pull = loss_gradient(head.logits(seen), targets[rows], entropy_weight)
        gradients = head.gradients(seen, pull)
        if queries is not None:
            pull = options.entropy_weight * entropy_gradient(head.logits(queries))
            for gradient, addition in zip(gradients, head.gradients(queries, pull), strict=True):
                gradient.add_(addition)
        if options.weight_decay:
            gradients[0].add_(head.weights, alpha=options.weight_decay)
        optimizer.step(head.parameters(), gradients)


def _batches(exemplars: int, options: FinetuneOptions) -> Iterator[slice]:
    """Yield which exemplars each step sees, over all epochs."""
    for epoch in range(options.epochs):
        if options.batch == "full":
            yield slice(None)
        else:
            for row in shuffled_by_hash(range(exemplars), "finetune", options.seed, epoch):
                yield slice(row, row + 1)


def _one_hot_targets(support: Tensor) -> Tensor:
    """Return the one-hot labels of the exemplars, class by class, `(N * K, N)`."""
    classes, shots = support.shape[1:3]
    eye = torch.eye(classes, dtype=support.dtype, device=support.device)
    return eye.repeat_interleave(shots, dim=0)


def _chunks(exemplars: Tensor, queries: Tensor | None) -> list[slice]:
    """Cut the tasks into runs whose features are about one chunk's worth of values."""
    rows = exemplars.shape[1] + (0 if queries is None else queries.shape[1])
    budget = CPU_CHUNK_VALUES if exemplars.device.type == "cpu" else ACCELERATOR_CHUNK_VALUES
    size = max(1, budget // (rows * exemplars.shape[2]))
    return [slice(start, start + size) for start in range(0, exemplars.shape[0], size)]
