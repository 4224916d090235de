"""The encoder's decision about a clip, shared out to joints and frames."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from skelshot.explain.attribution import Attribution
from skelshot.explain.attribution_method import AttributionMethod
from skelshot.explain.explain import Explanation
from skelshot.explain.question import Question
from skelshot.explain.seen_clip import SeenClip, encoder_input
from skelshot.explain.shown_clips import ShownClips
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.support import Support
from skelshot.recognition.term import best_of_actions
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.as_picture import camera_view
from skelshot.skeletons.mappings import map_layout


def explain_clip(
    support: Support,
    name: str,
    sequence: SkeletonSequence,
    exemplars: Sequence[Exemplar],
    attribution: AttributionMethod,
    label: str | None = None,
) -> tuple[Explanation, ShownClips]:
    """Share the encoder's score of a clip out to its joints and frames.

    The raw term has no part in it: it compares positions, frame by frame, as they are.

    Args:
        support: What is read of the exemplars.
        name: The clip's name.
        sequence: The clip, of any joints that can be mapped.
        exemplars: All of them, as they were read.
        attribution: How the decision is shared out.
        label: The action to explain; the encoder's best unless told.

    Returns:
        The explanation, in the encoder's joints and the clip's frames, and what its pictures show.

    Raises:
        SkelshotError: There are fewer than two actions, no such one, or the encoder has no part
            in the decision.
    """
    number = next((at for at, term in enumerate(support.terms) if term.path.encoder), None)
    if number is None:
        raise SkelshotError("explain: the encoder's weight is 0, expected more; change --match")
    if len(support.actions) < 2:
        raise SkelshotError("explain: found one action, expected two or more; enrol another")
    if label is not None and label not in support.actions:
        raise SkelshotError(
            f"--label: found {label!r:.80}, expected one of {', '.join(support.actions)}"
            f"{did_you_mean(label, support.actions)}"
        )
    term, known = support.terms[number], support.features[number]
    spec, count = term.path.spec, len(support.actions)
    mapped = map_layout(sequence, spec.layout)
    seen = SeenClip.of(mapped, spec)

    def features_of(points: Tensor, rows: Tensor) -> Tensor:
        there = seen.present[None].expand(len(rows), -1, -1)
        sure = seen.confidence
        sure = None if sure is None else sure[None].expand(len(rows), *sure.shape)
        return term.path(encoder_input(points, there, sure, spec))

    def scores(points: Tensor, rows: Tensor) -> Tensor:
        features = features_of(points, rows)
        if term.by_action:
            return term.to_actions(known, support.labels, count, features)
        return best_of_actions(term.to_exemplars(known, features), support.labels, count)

    positions, row = seen.positions[None], torch.zeros(1, dtype=torch.int64)
    with torch.no_grad():
        logits, asked = scores(positions, row), features_of(positions, row)
    place = int(logits.argmax()) if label is None else support.actions.index(label)
    question = Question(
        positions,
        seen.present[None],
        torch.tensor([place]),
        scores,
        attribution.options.target,
        (name,),
    )
    shares = attribution.attribute(question)
    found = Attribution(seen.to_clip(shares.values[0]), attribution.name, place, None, None, None)
    if shares.found is not None and shares.distances is not None:
        found = replace(
            found,
            boundary_found=bool(shares.found[0]),
            boundary_distance=float(shares.distances[0]),
        )
    if shares.gaps is not None:
        found = replace(found, completeness_gap=float(shares.gaps[0]))
    near = term.to_exemplars(known, asked)[0].masked_fill(support.labels != place, -torch.inf)
    nearest = int(near.argmax())
    told = Explanation(name, _exemplars(support), support.names[nearest], logits[0], found)
    exemplar = map_layout(exemplars[int(support.places[nearest])].sequence, spec.layout)
    if spec.coordinates == 2:
        return told, ShownClips(camera_view(mapped), camera_view(exemplar), None)
    return told, ShownClips(mapped, exemplar, None)


def _exemplars(support: Support) -> dict[str, tuple[str, ...]]:
    """Name the exemplars by action."""
    named = zip(support.labels.tolist(), support.names, strict=True)
    every = [(support.actions[label], name) for label, name in named]
    return {action: tuple(name for of, name in every if of == action) for action in support.actions}
