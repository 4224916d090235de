"""One way of comparing clips with exemplars: an encoder's features, or the positions of joints."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from skelshot.explain.decision import FeaturePath
from skelshot.fewshot import METHODS, NearestNeighbour, View
from skelshot.fewshot.views import MIRRORED
from skelshot.ground import SkelshotError
from skelshot.recognition.match_options import MatchOptions
from skelshot.runs import SplitRun
from skelshot.runs.features import own_inputs
from skelshot.skeletons import SkeletonLayout, SkeletonSequence, encode_input
from skelshot.skeletons.mappings import map_layout

CLIPS_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Term:
    """One way of comparing clips with exemplars, the same as a classifier of an evaluation.

    Args:
        path: From an input to what is compared, as an evaluation makes it.
        weight: Of its scores among those of the others.
        by_action: Whether clips are compared with all exemplars of an action at once, by their
            mean, rather than with one exemplar after the other.
        centre: What is taken off everything that is read before it is compared, (...), if
            anything.
    """

    path: FeaturePath
    weight: float
    by_action: bool = False
    centre: Tensor | None = None

    @property
    def name(self) -> str:
        """Name in messages."""
        return "encoder" if self.path.encoder is not None else self.path.method.name

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of what is read of a clip."""
        spec = self.path.spec
        shape = (1, spec.channels, spec.frames, spec.layout.num_joints, spec.persons)
        with torch.no_grad():
            return tuple(self.path(torch.zeros(shape)).shape[1:])

    @torch.no_grad()
    def read(self, sequences: Sequence[SkeletonSequence]) -> Tensor:
        """Read clips, of any joints that can be mapped.

        Args:
            sequences: n clips.

        Returns:
            What is compared, (n, ...), float32.

        Raises:
            SkelshotError: A clip does not fit, or the encoder gives numbers that are not finite.
        """
        parts = []
        for first in range(0, len(sequences), CLIPS_AT_ONCE):
            inputs = [self.input_of(one) for one in sequences[first : first + CLIPS_AT_ONCE]]
            parts.append(self.path(torch.stack(inputs)).cpu())
        read = torch.cat(parts)
        if not bool(torch.isfinite(read).all()):
            raise SkelshotError(
                "the encoder gives features that are not finite; its training has gone wrong, name "
                "another one with --encoder"
            )
        return read

    def input_of(self, sequence: SkeletonSequence) -> Tensor:
        """Turn a clip into the input of this term.

        Args:
            sequence: The clip.

        Returns:
            (C, T, V, M).

        Raises:
            SkelshotError: The clip does not fit.
        """
        spec = self.path.spec
        return torch.from_numpy(encode_input(map_layout(sequence, spec.layout), spec))

    def to_exemplars(self, support: Tensor, queries: Tensor) -> Tensor:
        """Compare clips with exemplars one by one.

        Args:
            support: What is read of E exemplars, (E, ...).
            queries: What is read of Q clips, (Q, ...).

        Returns:
            How near they are, larger is nearer, (Q, E).
        """
        return self._scores(support[:, None], queries)

    def to_actions(self, support: Tensor, labels: Tensor, actions: int, queries: Tensor) -> Tensor:
        """Compare clips with actions, of which there may be unequally many exemplars.

        Args:
            support: What is read of E exemplars, (E, ...).
            labels: The action of each, (E,).
            actions: Number of actions N.
            queries: What is read of Q clips, (Q, ...).

        Returns:
            How near they are, (Q, N); minus infinity for an action without exemplars.
        """
        scores = queries.new_full((len(queries), actions), -torch.inf)
        counts = torch.bincount(labels, minlength=actions)
        for count in sorted({*counts.tolist()} - {0}):  # a method takes as many of each action
            chosen = (counts == count).nonzero()[:, 0]
            rows = torch.stack([(labels == label).nonzero()[:, 0] for label in chosen])
            scores[:, chosen] = self._scores(support[rows], queries)
        return scores

    def _scores(self, support: Tensor, queries: Tensor) -> Tensor:
        method, classes = self.path.method, len(support)
        if self.centre is not None:
            support, queries = support - self.centre, queries - self.centre
        if classes == 1:  # a method wants two, and scores each by itself
            support = torch.cat([support, support])
        with METHODS.telling(method.name):
            return method.score(support[None], queries[None], None)[0, :, :classes]


def best_of_actions(nearness: Tensor, labels: Tensor, actions: int) -> Tensor:
    """Keep the nearest exemplar of each action, of which there may be unequally many.

    Args:
        nearness: One value an exemplar, larger is nearer, (Q, E).
        labels: The action of each exemplar, (E,).
        actions: Number of actions N.

    Returns:
        (Q, N); minus infinity for an action without exemplars.

    Example:
        >>> best_of_actions(torch.tensor([[1.0, 4.0, 2.0]]), torch.tensor([0, 0, 1]), 3).tolist()
        [[4.0, 2.0, -inf]]
    """
    best = nearness.new_full((len(nearness), actions), -torch.inf)
    return best.scatter_reduce(1, labels.expand_as(nearness), nearness, "amax")


def encoder_term(trained: SplitRun, options: MatchOptions) -> Term:
    """Compare clips by what an encoder says of them.

    Args:
        trained: The encoder.
        options: How it is read out and compared.

    Returns:
        The term.

    Raises:
        SkelshotError: The encoder cannot be loaded.
    """
    method = NearestNeighbour.from_options({"distance": options.distance, "to": options.to})
    views = (View(), MIRRORED) if options.mirrored else (View(),)
    encoder = trained.encoder().requires_grad_(requires_grad=False)
    path = FeaturePath(encoder, method.eval(), trained.inputs, views, options.readout)
    return Term(path, options.encoder_weight, by_action=options.to != "exemplar")


def raw_term(options: MatchOptions, layout: SkeletonLayout, coordinates: int, persons: int) -> Term:
    """Compare clips by the positions of their joints.

    Args:
        options: Which method, and its weight.
        layout: The joints in which clips are compared.
        coordinates: Coordinates a joint, 3 or 2.
        persons: How many persons are compared, at most as many as the method does by itself.

    Returns:
        The term.
    """
    kind = METHODS.named(options.raw)
    asked = own_inputs(kind(), layout, coordinates).persons
    method = kind.from_options({"persons": min(persons, asked)}).eval()
    return Term(
        FeaturePath(None, method, own_inputs(method, layout, coordinates)), options.raw_weight
    )
