"""Explanations as they are asked for: clips, exemplars and a class by name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from skelshot.datasets.protocols import NamedProtocol
from skelshot.datasets.protocols.clip_choice import ClipChoice
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Task
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate import draw_tasks
from skelshot.evaluation.member import Member, ReadyMember
from skelshot.evaluation.task_sides import sides_of_tasks
from skelshot.explain.attribution_method import AttributionMethod
from skelshot.explain.explain import Explainer, Explanation
from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.ground.suggestions import did_you_mean
from skelshot.skeletons.inputs import AskedSides

CLIPS_AT_ONCE = 16


@dataclass(frozen=True)
class Request:
    """Names of what is to be explained.

    Args:
        clips: Names of clips, at least one.
        support: Names of exemplars, equally many of each of at least two classes; those of the
            protocol unless told.
        label: The class to explain; the predicted one unless told.
        split: The split of the run whose encoder serves; its first unless told.
        shots: Exemplars a class, of the protocol.
        sides: Whether a clip and its mirror image are different actions.
        device: Where encoder and method run.
    """

    clips: tuple[str, ...]
    support: tuple[str, ...] = ()
    label: str | None = None
    split: int | None = None
    shots: int = 1
    sides: AskedSides = "auto"
    device: str = "cpu"


def explain_request(
    member: Member,
    store: Store,
    protocol: FewShotProtocol | None,
    request: Request,
    attribution: AttributionMethod,
) -> list[Explanation]:
    """Explain what a classifier says of clips.

    A clip that is itself an exemplar is asked about in the first draw in which it is none.

    Args:
        member: The classifier, with a run.
        store: The clips, of the layout of the run.
        protocol: Draws the exemplars; None where the request names them.
        request: Clips, exemplars and class.
        attribution: How the decision is shared out.

    Returns:
        The explanations, in the order of the clips.

    Raises:
        SkelshotError: A name is unknown, the exemplars make up no task, or what `Explainer`
            refuses.
    """
    clips = [store.index_of(name) for name in _distinct(request.clips)]
    label = None if request.label is None else _label(store, request.label)
    ready, tasks = _ready(member, store, protocol, request)
    explainer = Explainer(ready, ready.splits[0], attribution, chosen_device(request.device))
    of_clips = [_task_without(tasks, index, store) for index in clips]
    explained: list[Explanation] = []
    for first in range(0, len(clips), CLIPS_AT_ONCE):
        cut = slice(first, first + CLIPS_AT_ONCE)
        part = clips[cut]
        explained += explainer.explain(part, of_clips[cut], [label] * len(part))
    return explained


def _ready(
    member: Member, store: Store, protocol: FewShotProtocol | None, request: Request
) -> tuple[ReadyMember, list[Task]]:
    """Find the encoder and draw the tasks."""
    drawn: FewShotProtocol
    if request.support:
        drawn, shots = _protocol_of(store, request.support)
        ready = ReadyMember.of(member, store, drawn, None, request.split)
    elif protocol is not None:
        drawn, shots = protocol, request.shots
        wanted = None if request.split is None else [request.split]
        ready = ReadyMember.of(member, store, protocol, wanted, None)
    else:
        raise SkelshotError("--support: found none, expected exemplars, or a --protocol")
    ready = replace(ready, splits=ready.splits[:1])
    tasks = draw_tasks(store, drawn, ready.splits, [shots])
    (decision,) = sides_of_tasks(store, tasks, [ready], request.sides)
    return ready.with_sides(decision.sides == "matter"), tasks[shots][0]


def _protocol_of(store: Store, support: Sequence[str]) -> tuple[NamedProtocol, int]:
    """Make a protocol of named exemplars, and count them a class."""
    by_class: dict[int, list[str]] = {}
    for name in _distinct(support):
        clip = store.clips[store.index_of(name)]
        if store.class_of(store.index_of(name)) is None:
            raise SkelshotError(f"--support: the clip {name} has no label; name labelled clips")
        by_class.setdefault(clip.label, []).append(name)
    counts = {store.class_names[label]: len(names) for label, names in by_class.items()}
    if len(counts) < 2 or len(set(counts.values())) > 1:
        told = ", ".join(f"{count} of {name}" for name, count in counts.items())
        raise SkelshotError(
            f"--support: found {told}, expected equally many clips of two classes or more"
        )
    protocol = NamedProtocol(
        name="support", novel=tuple(counts), exemplars=ClipChoice(clips=tuple(support))
    )
    return protocol, next(iter(counts.values()))


def _task_without(tasks: Sequence[Task], clip: int, store: Store) -> Task:
    """Return the first task in which a clip is no exemplar."""
    for task in tasks:
        if clip not in task.support:
            return task
    raise SkelshotError(
        f"clip {store.clips[clip].name}: is an exemplar in all {len(tasks)} draws, expected a clip "
        "to classify; name another, or other exemplars with --support"
    )


def _label(store: Store, name: str) -> int:
    if name not in store.class_names:
        raise SkelshotError(
            f"--label: found {name!r:.80}, expected a class of {store.path}"
            f"{did_you_mean(name, store.class_names)}"
        )
    return store.class_names.index(name)


def _distinct(names: Sequence[str]) -> Sequence[str]:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise SkelshotError(f"clips: found {name!r:.80} twice, expected each once")
    if not names:
        raise SkelshotError("clips: found none, expected at least one name")
    return names
