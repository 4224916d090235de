"""From settings and a support set to the judge, for whoever recognises."""

from collections.abc import Sequence

from skelshot.recognition.engine import Engine
from skelshot.recognition.judge import Judge
from skelshot.recognition.negatives import negatives_of
from skelshot.recognition.settings import RecognizerSettings
from skelshot.recognition.support import Support
from skelshot.recognition.unknown import UNKNOWNS
from skelshot.skeletons import SkeletonSequence


def judge_of(
    engine: Engine,
    support: Support,
    sequences: Sequence[SkeletonSequence],
    settings: RecognizerSettings,
    conformal: float | None = None,
) -> Judge:
    """Learn from exemplars what is known.

    Args:
        engine: What reads clips.
        support: The exemplars as its terms read them.
        sequences: The exemplars themselves, in the same order.
        settings: How unknown clips are told, and the threshold.
        conformal: How often a known clip may be refused, in place of the threshold.

    Returns:
        The judge.

    Raises:
        SkelshotError: There is no such way to tell unknown clips, or too few exemplars for the
            conformal promise.
    """
    strategy = UNKNOWNS.named(settings.unknown, "--unknown")()
    negatives = negatives_of(sequences, engine.layout)
    background = engine.background(support.terms) if strategy.wants_background else None
    return Judge.of(support, strategy, settings.threshold, negatives, conformal, background)
