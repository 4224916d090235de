"""The recogniser: actions are shown a few times, and named from then on."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.recognition.answer import Answer
from skelshot.recognition.clip_files import ClipLike, FoundClip, found_clips
from skelshot.recognition.engine import Engine
from skelshot.recognition.enrolled import Exemplar, digest_of
from skelshot.recognition.judge import Judge
from skelshot.recognition.keeping import InMemory, Keeping
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.negatives import negatives_of
from skelshot.recognition.unknown import UNKNOWNS
from skelshot.recognition.verdict import Verdict, verdicts_of
from skelshot.runs import Run, SplitRun
from skelshot.runs.encoder_file import EncoderRun

DEFAULT_ENCODER = "skelshot-base"
DEFAULT_UNKNOWN = "leave-one-out"


@dataclass(frozen=True)
class Enrolment:
    """What came of enrolling clips.

    Args:
        action: The action.
        added: Names of the clips that were added.
        warnings: What the user should look at.
        verdicts: How well every action is told from the others now.
        remarks: What was done to the clips.
        seconds: How long it took.
    """

    action: str
    added: tuple[str, ...]
    warnings: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...]
    seconds: float


class Recognizer:
    """Recognises actions from a few exemplars, and says when a clip shows none of them.

    A clip goes one way from file to answer, that of `skelshot evaluate`: it is mapped to the
    encoder's joints, read out, compared with the exemplars by the encoder and by raw positions,
    and the scores, standardised over the actions, are added up (docs/guide/recognise.md).

    Args:
        encoder: The name of packaged weights, an encoder's file, or a split of a run.
        options: How clips are compared.
        unknown: How unknown clips are told, one of `UNKNOWNS`.
        threshold: How sure it must be that a clip is known, from 0 to 1.
        conformal: How often a known clip may be refused, in place of the threshold: a promise that
            takes every second exemplar to keep, and so many of them.
        gallery: Where exemplars are kept; in memory unless told.

    Raises:
        SkelshotError: There is no such encoder or strategy, or a value is out of range.

    Example:
        >>> import numpy as np
        >>> from skelshot.skeletons import KINECT_V1, SkeletonSequence
        >>> rng = np.random.default_rng(0)
        >>> def clip(axis: int) -> SkeletonSequence:
        ...     joints = rng.normal(0, 0.01, (1, 30, 20, 3)) + rng.normal(0, 0.4, (20, 3))
        ...     joints[0, :, 11, axis] += np.sin(np.arange(30) / 3)
        ...     there = np.ones((1, 30), bool)
        ...     return SkeletonSequence(joints.astype(np.float32), there, KINECT_V1)
        >>> recognizer = Recognizer()
        >>> wave = clip(0)
        >>> _ = recognizer.enroll("wave", [wave]), recognizer.enroll("bow", [clip(1)])
        >>> recognizer.predict(wave).label
        'wave'
    """

    def __init__(
        self,
        encoder: SplitRun | Path | str = DEFAULT_ENCODER,
        *,
        options: MatchOptions | None = None,
        unknown: str = DEFAULT_UNKNOWN,
        threshold: float = 0.5,
        conformal: float | None = None,
        gallery: Keeping | None = None,
    ) -> None:
        for option, value in (("threshold", threshold), ("conformal", conformal)):
            if value is not None and not 0 < value < 1:
                raise SkelshotError(f"--{option}: found {value}, expected a number between 0 and 1")
        if isinstance(encoder, SplitRun):
            trained, called = encoder, str(encoder.folder)
        else:
            trained, called = EncoderRun.of_file(encoder).split(0), str(encoder)
        self.engine = Engine(trained, options or MatchOptions(), called)
        self._strategy = UNKNOWNS.named(unknown, "--unknown")()
        self._threshold, self._conformal = threshold, conformal
        self._gallery: Keeping = InMemory() if gallery is None else gallery
        self._judge: Judge | None = None

    @classmethod
    def from_run(cls, run: Run | Path | str, split: int | None = None, **settings: Any) -> Self:
        """Take the encoder of a run in place of the packaged one.

        Args:
            run: What `skelshot pretrain` made.
            split: Number of the split whose encoder serves; the first that is done unless told.
            settings: As for the class.

        Returns:
            The recogniser.

        Raises:
            SkelshotError: The run holds no such encoder.
        """
        run = run if isinstance(run, Run) else Run.open(run)
        done = [number for number, one in run.splits.items() if one.done]
        number = min(done, default=None) if split is None else split
        if number is None or number not in done:
            told = ", ".join(map(str, sorted(done))) or "none"
            raise SkelshotError(
                f"--split {number}: {run.path} has no such trained split, it has {told}"
            )
        return cls(run.split(number), **settings)

    @property
    def exemplars(self) -> list[Exemplar]:
        """The enrolled clips, in their order."""
        return self._gallery.exemplars()

    @property
    def actions(self) -> dict[str, int]:
        """The enrolled actions, and how many clips show each."""
        return dict(Counter(one.action for one in self.exemplars))

    def enroll(self, name: str, clips: ClipLike | Iterable[ClipLike]) -> Enrolment:
        """Enrol clips that show an action; all of them or none.

        Args:
            name: The action.
            clips: One or several: files, sequences, or arrays (M, T, V, C).

        Returns:
            What was added, warnings, and a verdict on every action.

        Raises:
            SkelshotError: A clip cannot be read, or not by this encoder.
        """
        began = time.perf_counter()
        found = found_clips(clips)
        remarks = dict.fromkeys(told for one in found for told in self._remarks(one))
        exemplars = [
            Exemplar(name, one.sequence, one.name, one.source, digest_of(one.sequence))
            for one in found
        ]
        new, warnings = _without_twins(exemplars, self.exemplars)
        self._gallery.add(new)
        self._judge = None
        judge = self._ready()
        return Enrolment(
            name,
            tuple(one.name for one in new),
            tuple(warnings),
            tuple(verdicts_of(judge)),
            tuple(remarks),
            time.perf_counter() - began,
        )

    def forget(self, name: str) -> int:
        """Leave an action out.

        Args:
            name: The action.

        Returns:
            How many clips it had.

        Raises:
            SkelshotError: There is none of that name; the nearest is named.
        """
        known = self.actions
        if name not in known:
            raise SkelshotError(
                f"forget: found no action {name!r:.80}, expected one of "
                f"{', '.join(known) or 'none: nothing is enrolled'}{did_you_mean(name, known)}"
            )
        self._judge = None
        return self._gallery.forget(action=name)

    def predict(self, clip: ClipLike) -> Answer:
        """Name the action that a clip shows, or say that it shows none of them.

        Args:
            clip: A file with one clip, a sequence, or an array (M, T, V, C).

        Returns:
            The answer.

        Raises:
            SkelshotError: The clip cannot be read, or nothing is enrolled.
        """
        found = found_clips([clip])
        if len(found) > 1:
            raise SkelshotError(
                f"{clip!s:.200}: found {len(found)} clips, expected one; call predict_many"
            )
        return self.answers(found)[0]

    def predict_many(self, clips: Iterable[ClipLike]) -> list[Answer]:
        """Name the actions of several clips in one batch.

        Args:
            clips: Files, sequences or arrays; a file may hold several clips.

        Returns:
            One answer a clip.

        Raises:
            SkelshotError: A clip cannot be read, or nothing is enrolled.
        """
        return self.answers(found_clips(clips))

    def answers(self, found: Sequence[FoundClip]) -> list[Answer]:
        """Answer about clips that were read.

        Args:
            found: The clips.

        Returns:
            One answer a clip.

        Raises:
            SkelshotError: A clip does not fit the encoder, or nothing is enrolled.
        """
        judge = self._ready()
        remarks = [self._remarks(one) for one in found]
        sequences = [one.sequence for one in found]
        answers = judge.answers([term.read(sequences) for term in judge.support.terms])
        return [replace(one, remarks=told) for one, told in zip(answers, remarks, strict=True)]

    def verdicts(self) -> list[Verdict]:
        """Judge every action by its own exemplars.

        Returns:
            One verdict an action.

        Raises:
            SkelshotError: Nothing is enrolled.
        """
        return verdicts_of(self._ready())

    def _remarks(self, one: FoundClip) -> tuple[str, ...]:
        return (*one.remarks, *self.engine.check(one.name, one.sequence))

    def _ready(self) -> Judge:
        """Read the exemplars and learn from them, once until they change."""
        if self._judge is None:
            exemplars = dict(zip(self._gallery.ids, self._gallery.exemplars(), strict=True))
            if not exemplars:
                raise SkelshotError(
                    "gallery: found nothing enrolled, expected an action at least; show it with "
                    "`skelshot enroll NAME CLIP ... --gallery G`"
                )
            for one in exemplars.values():
                self.engine.check(one.name, one.sequence)
            support = self.engine.support(self._gallery, exemplars)
            sequences = [one.sequence for one in exemplars.values()]
            negatives = negatives_of(sequences, self.engine.layout)
            self._judge = Judge.of(
                support, self._strategy, self._threshold, negatives, self._conformal
            )
        return self._judge


def _without_twins(
    new: Sequence[Exemplar], old: Sequence[Exemplar]
) -> tuple[list[Exemplar], list[str]]:
    """Leave out clips that show the same action already, and warn of those under another name."""
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
