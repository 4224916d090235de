"""Batches of clips and captions, with captions of other actions as negatives."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.tokenising import token_rows


class Bank(Protocol):
    """Rendered clips of composed actions, as `bank.read_bank` opens them."""

    @property
    def frames(self) -> NDArray[np.uint8]:
        """Pictures RGB (n, T, S, S, 3)."""
        ...

    @property
    def action(self) -> NDArray[np.int32]:
        """Number of each clip's action (n,)."""
        ...

    @property
    def captions(self) -> tuple[tuple[str, ...], ...]:
        """Several wordings of each action."""
        ...

    @property
    def held_out(self) -> NDArray[np.bool_]:
        """Actions that are kept from training (actions,), bool."""
        ...

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Names of the parts of each action."""
        ...

    @property
    def joints(self) -> NDArray[np.float16]:
        """Joint positions in the pictures (n, T, 2, 25, 2), as shares of the side."""
        ...

    @property
    def digest(self) -> str:
        """Digest of all of it."""
        ...


def check_bank(bank: Bank, recipe: Recipe) -> None:
    """Refuse a bank that the model cannot be trained on.

    Args:
        bank: The bank.
        recipe: Tells the model's sizes and the batch.

    Raises:
        SkelshotError: Frames of another number or size, an action without a caption, nothing to
            train on, fewer clips than a batch.
    """
    shape = recipe.shape
    wanted = (shape.frames, shape.size, shape.size, 3)
    if tuple(bank.frames.shape[1:]) != wanted:
        raise SkelshotError(
            f"bank: clips of shape {tuple(bank.frames.shape[1:])}, expected {wanted} as the model "
            "takes; write the bank again with these frames and this size"
        )
    empty = [number for number, texts in enumerate(bank.captions) if not texts]
    if empty or not bank.captions:
        place = f"action {empty[0]} of {len(bank.captions)}" if empty else "all"
        raise SkelshotError(f"bank: no caption for {place}, expected at least one for each action")
    training = int((~bank.held_out[bank.action]).sum())
    largest = max(stage.batch for stage in recipe.stages.values())
    if training < largest:
        raise SkelshotError(
            f"bank: {training} clips to train on, expected at least a batch of {largest}; "
            "write more clips"
        )


@dataclass(frozen=True, eq=False)
class Batch:
    """Clips and captions of one step.

    Args:
        clips: Numbers of the clips in the bank (V,).
        clip_actions: Their actions (V,).
        tokens: Token numbers of captions (T, L): one for each clip in their order, then more.
        text_actions: The captions' actions (T,).
    """

    clips: NDArray[np.int64]
    clip_actions: NDArray[np.int64]
    tokens: NDArray[np.int64]
    text_actions: NDArray[np.int64]


class Material:
    """Draws batches; the same step always gets the same one, however training was cut.

    Args:
        bank: The clips.
        tokeniser: Turns captions into tokens.
        recipe: Batch and seed.
    """

    def __init__(self, bank: Bank, tokeniser: Any, recipe: Recipe) -> None:
        self.bank = bank
        self.recipe = recipe
        action = np.asarray(bank.action, np.int64)
        self.clips = np.flatnonzero(~bank.held_out[action])
        self._action = action
        self._trained = np.flatnonzero(~np.asarray(bank.held_out))
        flat = [text for texts in bank.captions for text in texts]
        self._tokens = token_rows(tokeniser, flat, recipe.shape.context)
        self._counts = np.array([len(texts) for texts in bank.captions], np.int64)
        self._first = np.concatenate([[0], np.cumsum(self._counts)[:-1]])
        self._orders: dict[tuple[str, int], NDArray[np.int64]] = {}

    def _order(self, stage: str, epoch: int) -> NDArray[np.int64]:
        """Shuffle the clips for one round."""
        if (stage, epoch) not in self._orders:
            self._orders = {
                key: order for key, order in self._orders.items() if key == (stage, epoch - 1)
            }
            rng = rng_for("mini teacher", self.recipe.seed, "clips", stage, epoch)
            self._orders[stage, epoch] = rng.permutation(self.clips)
        return self._orders[stage, epoch]

    def batch(self, step: int, size: int, stage: str) -> Batch:
        """Draw a step's clips and captions.

        Args:
            step: Number of the step, from 0.
            size: Clips a step.
            stage: Whose step it is; another stage draws otherwise.

        Returns:
            The batch. No action's caption is drawn as a further answer twice.
        """
        count = len(self.clips)
        places = np.arange(step * size, (step + 1) * size)
        parts = [
            self._order(stage, epoch)[places[places // count == epoch] % count]
            for epoch in range(int(places[0]) // count, int(places[-1]) // count + 1)
        ]
        clips = np.concatenate(parts)
        rng = rng_for("mini teacher", self.recipe.seed, "texts", stage, step)
        actions = self._action[clips]
        others = np.setdiff1d(self._trained, actions)
        more = rng.choice(others, min(self.recipe.more_texts, len(others)), replace=False)
        wanted = np.concatenate([actions, more])
        rows = self._first[wanted] + rng.integers(self._counts[wanted])
        tokens = self._tokens[rows]
        used = int((tokens != tokens.max()).sum(axis=1).max()) + 1  # the end has the largest number
        return Batch(clips, actions, tokens[:, :used], wanted)
