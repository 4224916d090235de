"""Sides among the tasks of an evaluation: left and right are different actions, or not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from skelshot.datasets.protocols.tasks import Task
from skelshot.datasets.sides import SidesDecision, decide_sides
from skelshot.datasets.store import Store
from skelshot.evaluation.member import ReadyMember
from skelshot.pretraining.run_options import read_options
from skelshot.runs.encoder_file import EncoderFile
from skelshot.runs.mirrored_clips import REMARK, saw_mirrored_clips
from skelshot.runs.run import SplitRun
from skelshot.skeletons.inputs import AskedSides, Sides


def sides_of_tasks(
    store: Store,
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    members: Sequence[ReadyMember],
    asked: AskedSides,
) -> SidesDecision:
    """Decide whether sides matter in any of the splits; queries are not looked at.

    Args:
        store: The clips.
        tasks: For each number of shots the tasks of each split.
        members: The classifiers, whose runs may have been trained so.
        asked: As a caller says.

    Returns:
        The decision, with a remark where an encoder has seen mirrored clips.
    """
    decided = _first_that_matters(store, tasks, members, asked)
    if decided.sides == "ignore":
        return decided
    mirrored = {
        str(split.index)
        for member in members
        for split in member.splits
        if member.encoders
        and not isinstance(trained := member.encoders.of(split), EncoderFile)
        and saw_mirrored_clips(member.encoders.run.path, trained.number)
    }
    remark = f"in split {', '.join(sorted(mirrored, key=int))} {REMARK}" if mirrored else None
    return replace(decided, remark=remark)


def _first_that_matters(
    store: Store,
    tasks: Mapping[int, Sequence[Sequence[Task]]],
    members: Sequence[ReadyMember],
    asked: AskedSides,
) -> SidesDecision:
    """Return the decision of the first split in which sides matter, else of the first split."""
    splits = members[0].splits
    if asked == "auto":
        runs = [member.encoders for member in members if member.encoders]
        trained = (_trained_sides(run.of(split)) for run in runs for split in splits)
        if "matter" in trained:
            return SidesDecision("matter", "auto", "as in the run's training")
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


def _trained_sides(trained: SplitRun) -> Sides:
    """Tell what an encoder was trained for: as its run says, or its file where there is none."""
    if isinstance(trained, EncoderFile):
        return trained.inputs.sides
    return read_options(trained.folder).input.sides
