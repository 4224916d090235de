"""Verdicts: whether each action is told from the others, found by leaving its exemplars out."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from skelshot.recognition.judge import Judge


@dataclass(frozen=True)
class Verdict:
    """Judgement of how well an action is recognised, by its own exemplars.

    Args:
        action: The action.
        exemplars: How many it has.
        tried: How many of them were compared with all others; none where it has only one, or where
            there is no other action to take them for.
        recognised: How many of those were given this action.
        unknown: How many were given none.
        confused: How often each other action was named instead.
        next_step: What to do.
    """

    action: str
    exemplars: int
    tried: int
    recognised: int
    unknown: int
    confused: dict[str, int]
    next_step: str

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as a JSON document."""
        return asdict(self)

    def __str__(self) -> str:
        """Say it in one line."""
        if not self.tried:
            many = "s" if self.exemplars > 1 else ""
            return f"{self.action}: {self.exemplars} clip{many}, not tried; {self.next_step}"
        parts = [f"{self.action}: {self.recognised} of {self.tried} recognised without itself"]
        parts += [f"{count} taken for {name}" for name, count in self.confused.items()]
        parts += [f"{self.unknown} unknown"] if self.unknown else []
        return f"{', '.join(parts)}; {self.next_step}"


def verdicts_of(judge: Judge) -> list[Verdict]:
    """Judge every action by its exemplars, each compared with all others.

    Args:
        judge: The support set and its threshold.

    Returns:
        One verdict an action.
    """
    support = judge.support
    evidence, places = support.without_themselves()
    truth = support.labels[places].tolist()
    best = evidence.best.tolist()
    if judge.measured is not support:
        evidence, _ = judge.measured.without_themselves()
    known = (judge.sure(judge.knownness(evidence)) > judge.threshold).tolist()
    verdicts = []
    for number, action in enumerate(support.actions):
        rows = [row for row, label in enumerate(truth) if label == number]
        rows = rows if len(support.actions) > 1 else []
        named = [support.actions[best[row]] if known[row] else None for row in rows]
        right, lost = named.count(action), named.count(None)
        confused = Counter(name for name in named if name not in (action, None))
        verdicts.append(
            Verdict(
                action,
                int(support.counts[number]),
                len(rows),
                right,
                lost,
                {str(name): count for name, count in confused.most_common()},
                _next_step(action, int(support.counts[number]), len(rows), right, lost, confused),
            )
        )
    return verdicts


def _next_step(
    action: str, exemplars: int, tried: int, right: int, lost: int, confused: "Counter[str | None]"
) -> str:
    if not tried and exemplars > 1:
        return "enrol another action, so that there is something to tell it from"
    if not tried:
        return f"add a second clip of {action} to have it tried"
    if right == tried:
        return "nothing to do"
    if lost >= sum(confused.values()):
        return f"its clips are unlike each other: add one or two of {action}, or drop the odd one"
    (rival, _), *_ = confused.most_common(1)
    return f"add a clip of {action} and one of {rival} that show the difference, from the same side"
