"""The recogniser: actions are shown a few times, and named from then on."""

import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from skelshot.encoders import packaged_for
from skelshot.explain import ATTRIBUTIONS, Explanation
from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.recognition.answer import Answer
from skelshot.recognition.clip_files import ClipLike, FoundClip, found_clips
from skelshot.recognition.engine import Engine
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.enrolment import Enrolment, exemplars_of, without_twins
from skelshot.recognition.explaining import explain_clip
from skelshot.recognition.gallery import Gallery
from skelshot.recognition.judge import Judge
from skelshot.recognition.judging import judge_of
from skelshot.recognition.keeping import InMemory, Keeping, forget_action
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.onnx_export import Exported, export_recognizer
from skelshot.recognition.people import other_people, people_in
from skelshot.recognition.settings import RecognizerSettings
from skelshot.recognition.streams import ActionEvent, Frame, StreamOptions, follow
from skelshot.recognition.trained import name_of, split_of, trained_named
from skelshot.recognition.unknown import UNKNOWNS
from skelshot.recognition.verdict import Verdict, verdicts_of
from skelshot.runs import Run, SplitRun
from skelshot.skeletons import SkeletonLayout


class Recognizer:
    """Recognises actions from a few exemplars, and says when a clip shows none of them.

    A clip goes one way from file to answer, that of `skelshot evaluate`: it is mapped to the
    encoder's joints, read out, compared with the exemplars by the encoder and by raw positions,
    and the scores, standardised over the actions, are added up (docs/guide/recognise.md).

    Args:
        encoder: The name of packaged weights, an encoder's file, a run, or a split of one. Unless
            told, the first clips that are enrolled decide: `skelshot-base` for 3-D joints,
            `skelshot-2d` for pixels.
        options: How clips are compared.
        unknown: How unknown clips are told, one of `UNKNOWNS`.
        threshold: How sure it must be that a clip is known, from 0 to 1; 0.5 unless told.
        conformal: How often a known clip may be refused, in place of the threshold: a promise that
            takes every second exemplar to keep, and so many of them.
        gallery: Where exemplars are kept; in memory unless told.

    Raises:
        SkelshotError: There is no such encoder or strategy, a value is out of range, or both
            threshold and conformal are told.

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
        encoder: SplitRun | Path | str | None = None,
        *,
        options: MatchOptions | None = None,
        unknown: str | None = None,
        threshold: float | None = None,
        conformal: float | None = None,
        gallery: Keeping | None = None,
    ) -> None:
        if threshold is not None and conformal is not None:
            raise SkelshotError(
                f"--threshold {threshold}: found --conformal {conformal} beside it, expected one "
                "or the other; leave one out"
            )
        self._gallery: Keeping = InMemory() if gallery is None else gallery
        self._is_open = encoder is None
        if encoder is None:
            kept = [one.sequence.channels for one in self.exemplars]
            encoder = packaged_for(min(kept, default=3))
        trained = encoder if isinstance(encoder, SplitRun) else trained_named(encoder)
        self.settings = RecognizerSettings.model_validate(
            {
                "encoder": name_of(trained),
                "match": options or MatchOptions(),
                "conformal": conformal,
            }
            | ({} if threshold is None else {"threshold": threshold})
            | ({} if unknown is None else {"unknown": UNKNOWNS.named(unknown, "--unknown").name})
        )
        self.engine = Engine(trained, self.settings.match, self.settings.encoder)
        self._judge: Judge | None = None
        self._learned: object = None
        self._people: set[int] = set()

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
        return cls(split_of(run if isinstance(run, Run) else Run.open(run), split), **settings)

    @classmethod
    def load(cls, place: Path | str, **changes: Any) -> Self:
        """Open a gallery and recognise what it holds; what is enrolled is kept there at once.

        Args:
            place: The gallery: a file, or the URL of a database.
            changes: Settings in place of those that the gallery keeps.

        Returns:
            The recogniser.

        Raises:
            SkelshotError: There is no gallery, or its encoder is not there any more.
        """
        return cls.on(Gallery.open(place), **changes)

    @classmethod
    def on(cls, gallery: Keeping, **changes: Any) -> Self:
        """Recognise what a gallery holds, as its settings say.

        Args:
            gallery: Where exemplars are kept.
            changes: Settings in place of those that the gallery keeps; None changes nothing.

        Returns:
            The recogniser.

        Raises:
            SkelshotError: The gallery's encoder is not there any more, or a setting is unknown.

        Warns:
            Notice: A threshold takes the place of the conformal promise that the gallery keeps.
        """
        told = RecognizerSettings.model_validate(gallery.settings)
        kept = {name: getattr(told, name) for name in told.model_fields_set}
        kept["options"] = kept.pop("match", None)
        given = {name: value for name, value in changes.items() if value is not None}
        promised = given.get("conformal", kept.get("conformal"))
        if promised is None:
            return cls(**kept | given, gallery=gallery)
        if "threshold" in given and "conformal" not in given:
            warnings.warn(
                f"--threshold {given['threshold']}: takes the place of the gallery's "
                f"--conformal {promised}",
                Notice,
                stacklevel=2,
            )
            return cls(**kept | given | {"conformal": None}, gallery=gallery)
        spare = kept.pop("threshold", told.threshold)  # verdicts go by it
        recognizer = cls(**kept | given, gallery=gallery)
        recognizer.settings = recognizer.settings.model_copy(update={"threshold": spare})
        return recognizer

    def save(self, place: Path | str) -> None:
        """Write exemplars and settings into a new gallery.

        Args:
            place: Where: a file, or the URL of a database.

        Raises:
            SkelshotError: It holds exemplars already, or cannot be written.
        """
        with Gallery.open(place, create=True) as gallery:
            if found := gallery.actions():
                raise SkelshotError(
                    f"{gallery.place}: found a gallery with {', '.join(found)}, expected none; "
                    "name another place, or load it and enrol there"
                )
            gallery.settings = self._kept_settings()
            gallery.add(self.exemplars)

    def keep_settings(self) -> None:
        """Let the gallery keep the settings, for whoever opens it next."""
        settings = self._kept_settings()
        if self._gallery.settings != settings:
            self._gallery.settings = settings
        if self._gallery.fingerprint not in (None, self.engine.fingerprint):
            self._gallery.keep_features(self.engine.fingerprint, {})  # another encoder's go

    @property
    def exemplars(self) -> list[Exemplar]:
        """The enrolled clips, in their order."""
        return list(self._gallery.by_id().values())

    @property
    def stamp(self) -> object:
        """Something else whenever the enrolled clips are others, whoever changed them."""
        return self._gallery.stamp

    @property
    def actions(self) -> dict[str, int]:
        """The enrolled actions, and how many clips show each."""
        return self._gallery.actions()

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
        return self.enroll_each({name: found_clips(clips)})

    def enroll_each(self, shown: Mapping[str, Sequence[FoundClip]]) -> Enrolment:
        """Enrol clips of several actions that were read; all of them or none.

        Args:
            shown: Clips by action, at least one of each.

        Returns:
            As `enroll`.

        Raises:
            SkelshotError: A clip does not fit this encoder, or clips of several classes are given
                to one action.
        """
        began = time.perf_counter()
        every = [one for found in shown.values() for one in found]
        chosen = self._chosen_for(every)
        remarks = dict.fromkeys([*chosen, *(told for one in every for told in self.check(one))])
        old = self.exemplars
        exemplars = [
            exemplar
            for action, found in shown.items()
            for exemplar in exemplars_of(action, found, old)
        ]
        self._check(old)
        new, warnings = without_twins(exemplars, old)
        self._gallery.add(new)
        return Enrolment(
            tuple(shown),
            tuple(one.name for one in new),
            tuple(warnings),
            tuple(self._verdicts(enrolling=True)),
            tuple(remarks),
            time.perf_counter() - began,
        )

    def check(self, one: FoundClip) -> tuple[str, ...]:
        """Refuse a clip that does not fit the encoder.

        Args:
            one: The clip.

        Returns:
            What the user should know of how it was read.

        Raises:
            SkelshotError: It does not fit; the message names it.
        """
        remarks = self._remarks(one)
        self.engine.probe(one.name or "given", one.sequence)
        return remarks

    def forget(self, name: str) -> int:
        """Leave an action out.

        Args:
            name: The action.

        Returns:
            How many clips it had.

        Raises:
            SkelshotError: There is none of that name; the nearest is named.
        """
        return forget_action(self._gallery, name)

    def predict(self, clip: ClipLike) -> Answer:
        """Name the action that a clip shows, or say that it shows none of them.

        Args:
            clip: A file with one clip, a sequence, or an array (M, T, V, C).

        Returns:
            The answer.

        Raises:
            SkelshotError: The clip cannot be read, or nothing is enrolled.
        """
        return self.answers([self._one(clip)])[0]

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
        terms = judge.support.terms
        compared = max(term.path.spec.persons for term in terms)
        people = [other_people(one.sequence, self._people, compared) for one in found]
        remarks = [self._remarks(one) for one in found]
        sequences = [one.sequence for one in found]
        answers = judge.answers([term.read(sequences) for term in terms])
        return [
            replace(one, remarks=(*told, *filter(None, [who])))
            for one, told, who in zip(answers, remarks, people, strict=True)
        ]

    def follow(
        self, frames: Iterable[Frame], options: StreamOptions | None = None
    ) -> Iterator[ActionEvent]:
        """Name what people do in a stream, as it happens.

        Args:
            frames: The stream (docs/guide/streams.md); however it ends, what is open is told first.
            options: Of following.

        Returns:
            Events, each when it is over.

        Raises:
            SkelshotError: Nothing is enrolled, or a frame or an option makes no sense.
        """
        return follow(self, frames, options)

    def explain(
        self,
        clip: ClipLike,
        out: Path | str | None = None,
        *,
        attribution: str = "big",
        label: str | None = None,
        **options: Any,
    ) -> Explanation:
        """Share the encoder's part of a decision out to joints and frames.

        Args:
            clip: A file with one clip, a sequence, or an array (M, T, V, C).
            out: A folder for the shares and pictures, as `skelshot explain` writes them.
            attribution: How the decision is shared out, one of `ATTRIBUTIONS`.
            label: The action to explain; the encoder's best unless told.
            options: Those of the attribution, such as `steps`.

        Returns:
            The explanation.

        Raises:
            SkelshotError: The clip cannot be read, or there is no such action or attribution.
        """
        how = ATTRIBUTIONS.named(attribution, "--attribution").from_options(options)
        one = self._one(clip)
        self._remarks(one)
        name, ready = one.name or "clip", self._ready()
        told, shown = explain_clip(ready.support, name, one.sequence, self.exemplars, how, label)
        if out is None:
            return told
        # matplotlib takes half a second to load, which only pictures are worth.
        from skelshot.explain.explanation_files import write_explanations  # noqa: PLC0415
        from skelshot.explain.pictures.explanation_pictures import Drawing  # noqa: PLC0415

        return write_explanations([told], lambda _: shown, Path(out), Drawing())[0]

    def export(
        self, file: Path | str, *, layout: SkeletonLayout | str | None = None, int8: bool = False
    ) -> Exported:
        """Write encoder, preparation of clips and exemplars as one ONNX file.

        Args:
            file: The file.
            layout: The joints of the clips that it will be given; unless told those of the
                exemplars where all have the same, else those of the encoder.
            int8: Let the encoder work in 8-bit integers.

        Returns:
            What was written, and how far its answers about the exemplars are from torch's.

        Raises:
            SkelshotError: Nothing is enrolled, the file is the gallery or its backup, the joints
                cannot be mapped to the encoder's, the extra `onnx` is not installed, or the network
                or the file cannot be written.
        """
        if isinstance(self._gallery, Gallery):
            self._gallery.check_output(Path(file), "--out")
        judge, exemplars = self._ready(), self.exemplars
        return export_recognizer(self.engine, self.settings, judge, exemplars, file, layout, int8)

    def verdicts(self) -> list[Verdict]:
        """Judge every action by its own exemplars.

        Returns:
            One verdict an action.

        Raises:
            SkelshotError: Nothing is enrolled.
        """
        return self._verdicts(enrolling=False)

    def _verdicts(self, enrolling: bool) -> list[Verdict]:
        promised = self.settings.conformal is not None  # for which exemplars may still lack
        return verdicts_of(self._judged(None, enrolling) if promised else self._ready(enrolling))

    def _kept_settings(self) -> dict[str, Any]:
        """Give the settings for a gallery, without an encoder that the first clips still choose."""
        without = {"encoder"} if self._is_open and not self.actions else None
        return self.settings.model_dump(mode="json", exclude=without)

    def _chosen_for(self, first: Sequence[FoundClip]) -> tuple[str, ...]:
        """Let the first clips choose the weights, where nobody did; return what to tell of it."""
        if not self._is_open or not first or self.actions:
            return ()
        coordinates = min(one.sequence.channels for one in first)
        encoder = packaged_for(coordinates)
        if encoder != self.settings.encoder:
            self.settings = self.settings.model_copy(update={"encoder": encoder})
            self.engine = Engine(trained_named(encoder), self.settings.match, encoder)
            self._judge = None
        told = f"compared by {encoder}, since the clips are pixels; --encoder names another"
        return (told,) if coordinates == 2 else ()

    def _one(self, clip: ClipLike) -> FoundClip:
        found = found_clips([clip])
        if len(found) > 1:
            raise SkelshotError(
                f"{clip!s:.200}: found {len(found)} clips, expected one; call predict_many"
            )
        return found[0]

    def _remarks(self, one: FoundClip) -> tuple[str, ...]:
        return (*one.remarks, *self.engine.check(one.name or "given", one.sequence))

    def _ready(self, enrolling: bool = False) -> Judge:
        """Learn from the exemplars, once until they change, by whomever."""
        stamp = self.stamp
        if self._judge is None or self._learned != stamp:
            self._judge = self._judged(self.settings.conformal, enrolling)
            self._learned = stamp
        return self._judge

    def _judged(self, conformal: float | None, enrolling: bool = False) -> Judge:
        exemplars = self._gallery.by_id()
        if not exemplars:
            raise SkelshotError(
                "gallery: found nothing enrolled, expected an action at least; show it with "
                "`skelshot enroll NAME CLIP ... --gallery G`"
            )
        self._check(exemplars.values())
        self._people = {people_in(one.sequence) for one in exemplars.values()}
        support = self.engine.support(self._gallery, exemplars, replaces=enrolling)
        sequences = [one.sequence for one in exemplars.values()]
        return judge_of(self.engine, support, sequences, self.settings, conformal)

    def _check(self, exemplars: Iterable[Exemplar]) -> None:
        """Refuse exemplars that this encoder cannot read."""
        for one in exemplars:
            self.engine.check(one.name, one.sequence)
