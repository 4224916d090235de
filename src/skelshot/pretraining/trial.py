"""Dry run of the stages before any training, so that what does not fit is refused at once."""

from collections.abc import Sequence

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.pretraining.stage import Stage
from skelshot.pretraining.strategies import STRATEGIES


def try_stages(stages: Sequence[Stage]) -> None:
    """Prepare one clip for each stage; one of another package also takes a batch of two.

    Args:
        stages: Freshly built, and not used afterwards.

    Raises:
        SkelshotError: A clip does not fit, or a strategy from outside does not keep the contract.
    """
    for stage in stages:
        maker = STRATEGIES.origin(stage.name)
        if not maker:
            stage.load(next(batch[0] for batch in stage.batches(0)), 0)
            continue
        with STRATEGIES.telling(stage.name), torch.random.fork_rng():
            problem = _broken_promise(stage)
        if problem:
            raise SkelshotError(f"strategy {stage.name}{maker}: {problem}; mend or uninstall it")


def _broken_promise(stage: Stage) -> str | None:
    """Tell which promise a stage does not keep on its first two clips, if any."""
    batches: object = stage.batches(0)
    if not isinstance(batches, list) or not batches or not all(batches):
        return f"batches gives {batches!r:.80}, expected lists of Items, none of them empty"
    loaded: list[object] = [stage.load(item, 0) for item in batches[0][:2]]
    for found in loaded:
        if not _are_tensors(found):
            return f"load gives {found!r:.80}, expected tensors by name"
    parts = torch.utils.data.default_collate(loaded)
    figures: object = stage(parts)
    if not isinstance(figures, dict) or not _are_tensors(figures) or "loss" not in figures:
        return f"forward gives {figures!r:.80}, expected tensors by name, `loss` among them"
    for name, value in figures.items():
        if value.numel() != 1 or value.ndim:
            return f"forward gives {name} of shape {tuple(value.shape)}, expected a scalar"
    if not figures["loss"].requires_grad:
        return "forward gives a loss without a gradient, expected one that reaches what it trains"
    stage.make_optimizer()
    return None


def _are_tensors(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(part, Tensor) for part in found.values())
