"""Attribution of the decisions that a run's classifier makes about clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from skelshot.datasets.batches import clip_batches
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.store import Store
from skelshot.encoders import build_encoder
from skelshot.evaluation.member import ReadyMember
from skelshot.explain.attribution import Attribution
from skelshot.explain.attribution_method import AttributionMethod, Shares
from skelshot.explain.decision import Decision, FeaturePath
from skelshot.explain.question import Question
from skelshot.explain.seen_clip import SeenClip
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.runs.features import RunFeatures
from skelshot.skeletons import InputSpec

CPU = torch.device("cpu")
EXEMPLARS_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Explanation:
    """The decision about one clip, and what it rests on.

    Args:
        clip: The clip's name.
        exemplars: Names of the task's exemplars by class, in the order of the logits.
        nearest: Name of the exemplar of the explained class that the clip is nearest to by the
            classifier's own measure.
        logits: The classifier's answer, (N,).
        attribution: Of the class asked about.
        file: Where the attribution was written; None where it was not.
        pictures: What was drawn of it.
    """

    clip: str
    exemplars: dict[str, tuple[str, ...]]
    nearest: str
    logits: Tensor
    attribution: Attribution
    file: Path | None = None
    pictures: tuple[Path, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the task's classes."""
        return tuple(self.exemplars)

    @property
    def predicted(self) -> str:
        """The class that the classifier chose."""
        return self.classes[int(self.logits.argmax())]

    @property
    def label(self) -> str:
        """The class that is explained."""
        return self.classes[self.attribution.label]


@dataclass(frozen=True, eq=False)
class Explainer:
    """A classifier of one split, ready to be asked why.

    Args:
        member: The classifier; its store has the layout that the clips were read in.
        split: The split whose encoder it uses.
        attribution: How decisions are shared out.
        device: Where encoder and method run.
        forget: Fresh random weights in place of the encoder's trained ones, from this seed: what
            is left of an explanation then was none. None keeps what was trained.

    Raises:
        SkelshotError: The clips have another layout than the encoder.
    """

    member: ReadyMember
    split: Split
    attribution: AttributionMethod
    device: torch.device = CPU
    forget: int | None = None

    def __post_init__(self) -> None:
        """Refuse clips whose own joints the encoder does not see."""
        store = self.member.store
        if store.layout != store.stored_layout:
            raise SkelshotError(
                f"{store.path}: found clips of the layout {store.stored_layout.name!r}, expected "
                f"{store.layout.name!r}, whose joints the encoder sees; map them first with "
                f"`skelshot prepare store {store.path} --layout {store.layout.name}`"
            )

    def explain(
        self,
        clips: Sequence[int],
        tasks: Sequence[Task],
        labels: Sequence[int | None] | None = None,
    ) -> list[Explanation]:
        """Explain the decisions about clips.

        Args:
            clips: Their indices in the store, n of them.
            tasks: The task of each; all of the same numbers of classes and exemplars.
            labels: The class of each to explain, a label of the store; the predicted one where
                None.

        Returns:
            The explanations, in the order of the clips.

        Raises:
            SkelshotError: A class is not among those of the task, a clip does not fit the
                encoder, or the answer has no gradient that the attribution could follow.
        """
        store = self.member.store
        seen, decision, question = self.ask(clips, tasks, labels)
        asked = (question.positions, question.rows)
        with torch.no_grad():
            logits = decision(*asked).cpu()
        nearest = decision.nearest_exemplars(*asked, question.labels)
        shares = self.attribution.attribute(question)
        return [
            Explanation(
                store.clips[index].name,
                _exemplars(store, task),
                store.clips[int(task.support[label, nearest[row]])].name,
                logits[row],
                self._of_clip(shares, row, seen[row], label),
            )
            for row, (index, task, label) in enumerate(
                zip(clips, tasks, question.labels.tolist(), strict=True)
            )
        ]

    def ask(
        self,
        clips: Sequence[int],
        tasks: Sequence[Task],
        labels: Sequence[int | None] | None = None,
    ) -> tuple[list[SeenClip], Decision, Question]:
        """Put clips, tasks and classes together; the arguments are those of `explain`.

        Returns:
            The clips as they are seen, how they are scored, and the question about them.

        Raises:
            SkelshotError: A class is not among those of the task, or a clip does not fit.
        """
        store, path = self.member.store, self.path()
        different = list({id(task): task for task in tasks}.values())
        support = torch.stack([self._support(path, task) for task in different])
        path.method.check_shape(*support.shape[1:3])
        seen = [_seen(store, index, path.spec) for index in clips]
        decision = Decision.about(
            seen,
            [next(n for n, one in enumerate(different) if one is task) for task in tasks],
            path,
            support,
            torch.tensor([task.classes for task in different]),
        )
        positions = torch.stack([clip.positions for clip in seen]).to(self.device)
        rows = torch.arange(len(clips), device=self.device)
        with torch.no_grad(), METHODS.telling(path.method.name):
            logits = decision(positions, rows)
        if bool(logits.isnan().any()):
            name = store.clips[clips[int(logits.isnan().any(1).nonzero()[0])]].name
            raise SkelshotError(
                f"clip {name}: method {path.method.name} gives it scores that are no numbers; "
                "train the encoder again with a lower learning rate"
            )
        best = logits.argmax(1).tolist()
        asked = [None] * len(clips) if labels is None else labels
        places = [
            chosen if label is None else _place(store, task, label)
            for chosen, task, label in zip(best, tasks, asked, strict=True)
        ]
        names = tuple(store.clips[index].name for index in clips)
        target = self.attribution.options.target
        asked_of = torch.tensor(places, device=self.device)
        question = Question(positions, decision.present, asked_of, decision, target, names)
        return seen, decision, question

    def path(self) -> FeaturePath:
        """Load encoder and method.

        Returns:
            The way from clips to features; no weight on it takes a gradient.
        """
        member, store = self.member, self.member.store
        method = member.method_of(self.split).eval()
        method.meet_classes(store.class_names, store.layout, text_encoder)
        spec = RunFeatures(store, method, member.options, member.encoders).inputs_of(self.split)
        if method.embedder is not None:
            method.embedder.meet_inputs(spec)
        encoder = member.encoders.of(self.split).encoder() if member.encoders else None
        if encoder is not None and self.forget is not None:
            encoder = build_encoder(encoder.spec, self.forget)
        for network in (method, encoder):
            if network is not None:
                network.to(self.device).eval().requires_grad_(requires_grad=False)
        return FeaturePath(encoder, method, spec, member.options.views, member.options.readout)

    @torch.no_grad()
    def _support(self, path: FeaturePath, task: Task) -> Tensor:
        """Read the exemplars of a task, as its queries are read: (N, K, ...)."""
        which = [int(index) for index in task.support.flat]
        batches = clip_batches(self.member.store, path.spec, which, EXEMPLARS_AT_ONCE)
        features = torch.cat([path(clips.to(self.device)) for clips in batches])
        return features.view(*task.support.shape, *features.shape[1:])

    def _of_clip(self, shares: Shares, row: int, seen: SeenClip, label: int) -> Attribution:
        """Bring the shares of one clip to its own frames."""

        def number(values: Tensor | None) -> float | None:
            return None if values is None else float(values[row])

        return Attribution(
            values=seen.to_clip(shares.values[row].cpu()),
            method=self.attribution.name,
            label=label,
            boundary_found=None if shares.found is None else bool(shares.found[row]),
            boundary_distance=number(shares.distances),
            completeness_gap=number(shares.gaps),
        )


def _seen(store: Store, index: int, spec: InputSpec) -> SeenClip:
    try:
        return SeenClip.of(store.sequence(index), spec)
    except SkelshotError as error:
        raise SkelshotError(f"clip {store.clips[index].name}: {error}") from error


def _place(store: Store, task: Task, label: int) -> int:
    """Find the class asked about among those of the task."""
    if label not in task.classes:
        known = ", ".join(store.class_names[each] for each in task.classes)
        raise SkelshotError(
            f"--label: the class {store.class_names[label]!r} is not in the support, expected one "
            f"of {known}; name one of them, or give exemplars of it with --support"
        )
    return task.classes.index(label)


def _exemplars(store: Store, task: Task) -> dict[str, tuple[str, ...]]:
    return {
        store.class_names[label]: tuple(store.clips[int(index)].name for index in row)
        for label, row in zip(task.classes, task.support, strict=True)
    }
