"""The judge: a support set, a way to tell unknown clips and a threshold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from skelshot.recognition.answer import Answer
from skelshot.recognition.calibration import Calibration
from skelshot.recognition.conformal import Conformal, halves
from skelshot.recognition.evidence import Evidence
from skelshot.recognition.likeness_scale import LikenessScale
from skelshot.recognition.support import Support
from skelshot.recognition.unknown.nearest_distance import NearestDistance
from skelshot.recognition.unknown.strategy import Knownness, Reference, UnknownStrategy

Features = Sequence[Tensor]
MakeNegatives = Callable[[Support], Features]
"""Makes negatives of a support set's exemplars: what each term reads of them."""

ONE_ACTION = "one action is enrolled, so answers say known or unknown only; enrol another"
NO_BACKGROUND = (
    "no background is known for these joints and coordinates, so nearest-distance tells unknown "
    "clips; name it with --unknown"
)


@dataclass(frozen=True, eq=False)
class Judge:
    """Answers about clips, once the support set stands.

    Args:
        support: The exemplars that clips are compared with.
        measured: Those that tell whether a clip is known at all: the same, a part of them, or
            the same against a background.
        knownness: How much a clip looks known.
        sure: From that to a probability, or a p-value.
        threshold: The least of it at which a label is given.
        likeness: How near clips are, on a scale that has no end.
        note: What every answer should say.
    """

    support: Support
    measured: Support
    knownness: Knownness
    sure: Callable[[Tensor], Tensor]
    threshold: float
    likeness: LikenessScale
    note: str | None = None

    @classmethod
    def of(
        cls,
        support: Support,
        strategy: UnknownStrategy,
        threshold: float,
        make_negatives: MakeNegatives,
        conformal: float | None = None,
        background: Features | None = None,
    ) -> "Judge":
        """Learn from the support set what is known.

        Args:
            support: The exemplars.
            strategy: How unknown clips are told.
            threshold: The least probability at which a label is given.
            make_negatives: Makes negatives where the strategy wants them, or where one action
                leaves no other unknown clips.
            conformal: How often a known clip may be refused; every second exemplar then
                calibrates and the threshold is this.
            background: What each term reads of movements of other kinds, for strategies that want
                them; None where there are none.

        Returns:
            The judge.

        Raises:
            SkelshotError: There are too few exemplars for the conformal promise.
        """
        note = ONE_ACTION if len(support.actions) == 1 else None
        if strategy.wants_background and background is None:
            note, strategy = note or NO_BACKGROUND, NearestDistance()
        if len(support.actions) < strategy.least_actions:
            strategy = NearestDistance()
        measured, sure = support, None
        if strategy.wants_background and background is not None:
            measured = support.against(background)
        if conformal is not None:
            chosen, held = halves(support.labels, conformal)
            measured = measured.part(chosen)
        reference = reference_of(measured, strategy, make_negatives)
        knownness, likeness = strategy.fit(reference), LikenessScale.of(reference)
        if conformal is not None:
            asked = measured.evidence([feature[held] for feature in support.features])
            sure, threshold = Conformal(knownness(asked)), conformal
            return cls(support, measured, knownness, sure, threshold, likeness, note)
        calibration = Calibration.of(reference.of_unknown(knownness), knownness(reference.known))
        return cls(support, measured, knownness, calibration, threshold, likeness, note)

    def of_measured(self, queries: Features, evidence: Evidence) -> Evidence:
        """Gather what tells whether clips are known at all.

        Args:
            queries: What each term reads of Q clips.
            evidence: What the support set says of them.

        Returns:
            The same, unless others are measured than compared.
        """
        return evidence if self.measured is self.support else self.measured.evidence(queries)

    def known(self, queries: Features, measured: Evidence | None = None) -> Tensor:
        """Tell how sure it is that clips show one of the actions.

        Args:
            queries: What each term reads of Q clips.
            measured: As `of_measured` gathers it, where it is known already.

        Returns:
            Probabilities or p-values, (Q,).
        """
        if measured is None:
            measured = self.measured.evidence(queries)
        return self.sure(self.knownness(measured))

    def answers(self, queries: Features) -> list[Answer]:
        """Answer about clips.

        Args:
            queries: What each term reads of Q clips.

        Returns:
            One answer a clip.
        """
        near = self.support.nearness(queries)
        evidence, nearest = self.support.evidence(queries, near), self.support.combined(near)
        measured = self.of_measured(queries, evidence)  # the scale of likeness was learnt of it
        known, like = self.known(queries, measured).tolist(), self.likeness(measured).tolist()
        answers = [
            self._answer(evidence, row, sure, nearest[row]) for row, sure in enumerate(known)
        ]
        return [replace(one, likeness=near) for one, near in zip(answers, like, strict=True)]

    def _answer(self, evidence: Evidence, row: int, known: float, nearest: Tensor) -> Answer:
        actions, scores = self.support.actions, evidence.scores[row]
        best, *others = scores.argsort(descending=True, stable=True).tolist()
        accepted = known > self.threshold or (known == self.threshold == 1)
        if accepted:  # of another action's exemplar it would be no reason
            nearest = nearest.masked_fill(self.support.labels != best, -torch.inf)
        share = float(scores.softmax(-1)[best])
        runner_up = actions[others[0]] if others else None
        return Answer(
            label=actions[best] if accepted else None,
            confidence=known * share if accepted else 1 - known,
            runner_up=runner_up if accepted else actions[best],
            nearest=self.support.names[int(nearest.argmax())],
            scores=dict(zip(actions, scores.tolist(), strict=True)),
            why=self._why(evidence, row, known, accepted),
            known=known,
            threshold=self.threshold,
        )

    def _why(self, evidence: Evidence, row: int, known: float, accepted: bool) -> str | None:
        actions, notes = self.support.actions, [self.note] if self.note else []
        if not accepted:
            best = actions[int(evidence.best[row])]
            notes.insert(
                0,
                f"no action is near enough: {best} is the nearest, known with {known:.2f}, "
                f"threshold {self.threshold:.2f}",
            )
        told = [actions[place] for place in evidence.terms[:, row].argmax(-1).tolist()]
        if accepted and len(set(told)) > 1:
            each = zip((term.name for term in self.support.terms), told, strict=True)
            notes.append("in doubt: " + ", ".join(f"{name} says {action}" for name, action in each))
        return "; ".join(notes) or None


def reference_of(
    support: Support, strategy: UnknownStrategy, make_negatives: MakeNegatives
) -> Reference:
    """Gather what a support set alone tells of known and unknown clips.

    Args:
        support: The exemplars.
        strategy: Says whether it wants negatives.
        make_negatives: Makes them.

    Returns:
        Exemplars among the others, exemplars without their own action, and negatives.
    """
    known, places = support.without_themselves()
    unknown = support.without_their_actions()
    if strategy.wants_negatives or not unknown:
        unknown = (*unknown, support.evidence(make_negatives(support)))
    return Reference(known, support.labels[places], unknown)
