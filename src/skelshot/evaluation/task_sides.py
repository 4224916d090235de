"""Sides among the tasks of an evaluation: left and right are different actions, or not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.sides import SidesDecision, decide_sides
from skelshot.datasets.store import Store
from skelshot.evaluation.member import ReadyMember
from skelshot.pretraining.run_options import read_options
from skelshot.runs.encoder_file import EncoderFile
from skelshot.runs.encoders import RunEncoders
from skelshot.runs.mirrored_clips import REMARK, saw_mirrored_clips
from skelshot.runs.run import SplitRun
from skelshot.skeletons.inputs import AskedSides, Sides


def sides_of_tasks(
    store: Store,
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    members: Sequence[ReadyMember],
    asked: AskedSides,
) -> list[SidesDecision]:
    """Decide for each classifier whether sides matter; queries are not looked at.

    Where the classes of any split are sides, they matter to all. Else `auto` lets them matter to
    those alone whose encoders were trained so, and to methods without one where all encoders were.

    Args:
        store: The clips.
        tasks: For each number of shots the tasks of each split.
        members: The classifiers, whose runs may have been trained so.
        asked: As a caller says.

    Returns:
        A decision for each classifier, with a remark where its encoder has seen mirrored clips.
    """
    splits = members[0].splits
    runs = [member.encoders for member in members if member.encoders]
    apart = [
        asked == "auto" and _trained_apart([member.encoders] if member.encoders else runs, splits)
        for member in members
    ]
    as_trained = SidesDecision("matter", "auto", "as in the run's training")
    decided = as_trained if all(apart) else _first_that_matters(store, tasks, splits, asked)
    each = [as_trained if one and decided.sides == "ignore" else decided for one in apart]
    return [_remarked(one, member) for one, member in zip(each, members, strict=True)]


def sides_of_all(decisions: Sequence[SidesDecision]) -> SidesDecision:
    """Return what an ensemble says of sides: ignored where they are for any classifier.

    Args:
        decisions: From `sides_of_tasks`.

    Returns:
        One of them.
    """
    return next((one for one in decisions if one.sides == "ignore"), decisions[0])


def _remarked(decision: SidesDecision, member: ReadyMember) -> SidesDecision:
    """Remark where sides matter and the encoder has seen mirrored clips."""
    if decision.sides == "ignore" or not member.encoders:
        return decision
    path = member.encoders.run.path
    mirrored = {
        str(split.index)
        for split in member.splits
        if not isinstance(trained := member.encoders.of(split), EncoderFile)
        and saw_mirrored_clips(path, trained.number)
    }
    remark = f"in split {', '.join(sorted(mirrored, key=int))} {REMARK}" if mirrored else None
    return replace(decision, remark=remark)


def _first_that_matters(
    store: Store,
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    splits: Sequence[Split],
    asked: AskedSides,
) -> SidesDecision:
    """Return the decision of the first split whose classes are sides, else of the first split."""
    decisions = []
    for place, split in enumerate(splits):
        exemplars: dict[int, set[int]] = {label: set() for label in split.novel}
        for task in (task for per_split in tasks.values() for task in per_split[place]):
            for label, row in zip(task.classes, task.support, strict=True):
                exemplars[label] |= {int(index) for index in row}
        named = {label: sorted(indices) for label, indices in exemplars.items()}
        decision = decide_sides(store, asked, split.novel, named)
        if decision.sides == "matter":
            return decision
        decisions.append(decision)
        if decision.asked != "auto":
            break  # it was said, so the other splits would say the same
    return decisions[0]


def _trained_apart(runs: Sequence[RunEncoders], splits: Sequence[Split]) -> bool:
    """Tell whether all runs, of which there is one, kept left and right apart in any split."""
    trained = [[_trained_sides(run.of(split)) for split in splits] for run in runs]
    return bool(runs) and all("matter" in of_run for of_run in trained)


def _trained_sides(trained: SplitRun) -> Sides:
    """Tell what an encoder was trained for: as its run says, or its file where there is none."""
    if isinstance(trained, EncoderFile):
        return trained.inputs.sides
    return read_options(trained.folder).input.sides
