"""The plan of an extraction: clips, texts and options; and one clip made ready for the teacher."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from pydantic import Field, JsonValue
from torch import Tensor

from skelshot.datasets.store import Store
from skelshot.datasets.store.index import ClipRecord
from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.seeding import digest_of, rng_for
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.teachers.base import PromptingTeacher, VideoTeacher
from skelshot.teachers.cache.chunks import ClipNote, SkippedClip
from skelshot.teachers.cache.reuse import Known, ReusedFeatures
from skelshot.teachers.extract.batches import PromptTexts
from skelshot.teachers.extract.frame_sources import FrameSource
from skelshot.teachers.extract.pictures import PictureCounts, clip_pictures, recorded_options
from skelshot.teachers.extract.texts import class_prompts, encode_prompts
from skelshot.teachers.vision_language import directions_of
from skelshot.videos.clip_frames import ClipFrames
from skelshot.videos.joint_picture import picture_of


class ExtractOptions(Options):
    """Options of feature extraction from videos.

    Args:
        draws: Random samples R of each clip's frames besides the segment centres.
        seed: Keys the draws, with each clip's name.
        prompted: Keep the texts that the teacher makes depend on each video, too.
        strict: Stop at the first clip without usable frames in place of skipping it.
        batch: Samples that the teacher takes at once.
        decoders: Threads that read videos beside it.
        shard: Clips that are put on disk at once; a kill loses no more.
        reuse: An earlier cache: clips of which the teacher would see the same are taken from it.
        patience: Seconds that the first process waits for a sign of life of the others.
    """

    described: ClassVar[str] = "teach options"

    draws: int = Field(0, ge=0, le=1000)
    seed: int = 0
    prompted: bool = False
    strict: bool = False
    batch: int = Field(8, ge=1, le=10_000)
    decoders: int = Field(2, ge=1, le=256)
    shard: int = Field(64, ge=1)
    reuse: Path | None = None
    patience: float = Field(3600.0, gt=0)


@dataclass(frozen=True, eq=False)
class Extraction:
    """Clips, texts and options of one extraction, whichever process does which part.

    Args:
        store: The clips.
        teacher: The frozen teacher.
        source: Where frames come from.
        pictures: To which pictures the clips' joints belong.
        indices: The clips to be shown, as places in the store.
        names: Their names.
        texts: R texts of each class of the store.
        text: Their features (classes, R, D).
        prompts: Texts to be made to depend on the videos, or None.
        directions: 2 where clips are shown backwards as well.
        how: Draws, batches.
        reused: Features that are known already, or None.
    """

    store: Store
    teacher: VideoTeacher
    source: FrameSource
    pictures: PictureCounts
    indices: list[int]
    names: tuple[str, ...]
    texts: list[list[str]]
    text: Tensor
    prompts: PromptTexts | None
    directions: Literal[1, 2]
    how: ExtractOptions
    reused: ReusedFeatures | None = None

    @property
    def options(self) -> dict[str, JsonValue]:
        """Options of the frames taken of the videos, as the cache records them."""
        return recorded_options(self.source, self.pictures)

    @property
    def plan(self) -> dict[str, Any]:
        """Everything that decides the features, besides the list of clips."""
        return {
            "teacher": self.teacher.name,
            "fingerprint": self.teacher.fingerprint(),
            "data_hash": self.store.data_hash,
            "source": self.source.kind,
            "options": self.options,
            "draws": self.how.draws,
            "seed": self.how.seed,
            "directions": self.directions,
            "prompted": self.texts if self.how.prompted else [],
            "shard": self.how.shard,
        }

    def prepare(self, index: int) -> "ClipSamples":
        """Read a clip's frames and make them ready for the teacher; called by several threads.

        Args:
            index: The clip's place in the store.

        Returns:
            Its samples, or why there are none.
        """
        record = self.store.clips[index]
        draws = [rng_for(self.how.seed, "draw", record.name, r) for r in range(self.how.draws)]
        try:
            sequence = self.store.sequence(index)
            found = self.source.frames(record, sequence, [None, *draws])
        except SkelshotError as error:
            return ClipSamples(record.label, SkippedClip(record.name, str(error)), [])
        note = self._note(record, sequence, found)
        known = None if self.reused is None else self.reused.find(note.key)
        samples = [] if known else [self.teacher.preprocess(clip.frames) for clip in found]
        return ClipSamples(record.label, note, samples, known)

    def _note(
        self, record: ClipRecord, sequence: SkeletonSequence, found: Sequence[ClipFrames]
    ) -> ClipNote:
        """Note what a clip's features are made of."""
        box = found[0].box
        options = self.source.options.settled(picture_of(sequence))
        frames = tuple(tuple(int(number) for number in clip.indices) for clip in found)
        place = (box.left, box.top, box.width, box.height)
        pixels = sha256()
        for clip in found:
            pixels.update(clip.frames.tobytes())
        key = digest_of(
            *(record.name, frames, place, pixels.hexdigest(), options.key()),
            *(self.teacher.fingerprint(), self.directions),
            *(self.texts[record.label] if self.prompts else ()),
        )
        return ClipNote(
            name=record.name,
            key=key.hex(),
            frames=frames,
            box=place,
            fallback=box.fallback,
            clamped=max(clip.clamped for clip in found),
            remark=found[0].remark,
        )


@dataclass(frozen=True, eq=False)
class ClipSamples:
    """A clip's frames, or why there are none.

    Args:
        label: Its class.
        note: What the frames are, or why there are none.
        samples: Preprocessed samples, each (T, 3, S, S); none where the features are known.
        known: Its features, where an earlier cache has them.
    """

    label: int
    note: ClipNote | SkippedClip
    samples: list[Tensor]
    known: Known | None = None


def plan_extraction(
    store: Store,
    teacher: VideoTeacher,
    source: FrameSource,
    templates: Sequence[str],
    labels: Sequence[int] | None,
    class_texts: Sequence[str] | None,
    how: ExtractOptions,
) -> Extraction:
    """Check that store, teacher and source fit together, and encode the texts.

    Args:
        store: The clips.
        teacher: The frozen teacher.
        source: Where frames come from.
        templates: R prompt templates.
        labels: Classes whose clips are shown; all unless told.
        class_texts: Fuller descriptions of the classes in label order.
        how: Draws, batches.

    Returns:
        The plan.

    Raises:
        SkelshotError: They do not fit, or there is no clip.
    """
    if how.prompted and not isinstance(teacher, PromptingTeacher):
        raise SkelshotError(
            f"--prompted: the teacher {teacher.name} does not make texts depend on videos; X-CLIP "
            "does, or leave --prompted out"
        )
    if source.options.frames != teacher.frames:
        raise SkelshotError(
            f"frames: {source.options.frames} of each clip are sampled, the teacher "
            f"{teacher.name} was built for {teacher.frames}"
        )
    wanted = set(range(len(store.class_names)) if labels is None else labels)
    indices = [place for place, clip in enumerate(store.clips) if clip.label in wanted]
    if not indices:
        raise SkelshotError(f"{store.path}: no clips of the {len(wanted)} classes asked for")
    names = tuple(store.clips[index].name for index in indices)
    pictures = clip_pictures(store, indices, source.options)
    texts = class_prompts(store.class_names, templates, class_texts)
    text = encode_prompts(teacher, store.class_names, texts)
    ahead, back = directions_of(texts[0])
    both = len(ahead) == len(back)
    if how.prompted and not ahead:
        raise SkelshotError("--prompted: every prompt says backwards, expected some that do not")
    prompts = None
    if how.prompted:
        ways = [text[:, ahead], text[:, back]] if both else [text[:, ahead]]
        row_of = {label: label for label in range(len(store.class_names))}
        prompts = PromptTexts(torch.stack(ways, dim=1), row_of)
    return Extraction(
        store=store,
        teacher=teacher,
        source=source,
        pictures=pictures,
        indices=indices,
        names=names,
        texts=texts,
        text=text,
        prompts=prompts,
        directions=2 if both else 1,
        how=how,
    )
