"""Enrolment: clips become exemplars of actions, and what came of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from skelshot.datasets.readers import examples_of
from skelshot.ground import SkelshotError
from skelshot.recognition.clip_files import FoundClip
from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.verdict import Verdict


@dataclass(frozen=True)
class Enrolment:
    """Outcome of enrolling clips.

    Args:
        actions: The actions, in their order.
        added: Names of the clips that were added.
        warnings: What the user should look at.
        verdicts: How well every action is told from the others now.
        remarks: What was done to the clips.
        seconds: How long it took.
    """

    actions: tuple[str, ...]
    added: tuple[str, ...]
    warnings: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...]
    seconds: float


def exemplars_of(
    action: str, found: Sequence[FoundClip], old: Sequence[Exemplar]
) -> list[Exemplar]:
    """Make exemplars of clips that show an action; those without a name are numbered.

    Args:
        action: The action.
        found: The clips.
        old: What is enrolled already, whose names are not given again.

    Returns:
        One exemplar a clip.

    Raises:
        SkelshotError: A file holds clips of several classes, which show no single action.
    """
    classes: dict[str | None, list[str]] = defaultdict(list)
    for one in found:
        if one.label is not None and one.label not in classes[one.source]:
            classes[one.source].append(one.label)
    for source, labels in classes.items():
        if len(labels) > 1:
            raise SkelshotError(
                f"{source}: found clips of {len(labels)} classes ({examples_of(labels)}), expected "
                f"those of {action} alone; enrol each class by its name with skelshot enroll --from"
            )
    used = {one.name for one in old}
    first = 1 + sum(one.action == action for one in old)
    unused = (name for number in count(first) if (name := f"{action} {number}") not in used)
    return [
        Exemplar(
            action, one.sequence, one.name or next(unused), one.source, digest_of(one.sequence)
        )
        for one in found
    ]


def without_twins(
    new: Sequence[Exemplar], old: Sequence[Exemplar]
) -> tuple[list[Exemplar], list[str]]:
    """Leave out clips that show the same action already, and warn of those under another name.

    Args:
        new: Exemplars to enrol.
        old: What is enrolled already.

    Returns:
        Those that stay, and warnings.
    """
    kept: list[Exemplar] = []
    warnings = []
    for one in new:
        same = [each for each in (*old, *kept) if each.digest == one.digest]
        if any(each.action == one.action for each in same):
            warnings.append(f"{one.name}: is enrolled as {one.action} already, left out")
            continue
        warnings += [
            f"{one.name}: is enrolled as {each.action} too, so that it speaks for both; forget one"
            for each in same
        ]
        kept.append(one)
    return kept, warnings
