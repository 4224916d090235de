"""Running a teacher over the videos of a store's clips, into a cache of features."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import JsonValue
from torch import Tensor

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.progress import Bar, progress_bar
from skelshot.teachers.base import VideoTeacher
from skelshot.teachers.cache.chunks import Chunk, ClipNote, SkippedClip
from skelshot.teachers.cache.conflict import existing_or_conflict
from skelshot.teachers.cache.info import SKIPPED_FILE, FeatureInfo, VideoInfo
from skelshot.teachers.cache.read import FeatureCache
from skelshot.teachers.cache.reuse import ReusedFeatures
from skelshot.teachers.cache.shards import ShardFolder
from skelshot.teachers.cache.write import write_whole
from skelshot.teachers.extract.batches import ClipBatches
from skelshot.teachers.extract.frame_sources import FrameSource
from skelshot.teachers.extract.job import ClipSamples, Extraction, ExtractOptions, plan_extraction
from skelshot.teachers.extract.pictures import pictures_as_json
from skelshot.teachers.extract.prefetch import prefetched
from skelshot.teachers.extract.share import Share
from skelshot.teachers.extract.texts import ExtractReport, features_info


def extract_videos(
    store: Store,
    teacher: VideoTeacher,
    source: FrameSource,
    templates: Sequence[str],
    out: str | Path,
    *,
    labels: Sequence[int] | None = None,
    class_texts: Sequence[str] | None = None,
    options: ExtractOptions | None = None,
    record: Mapping[str, JsonValue] | None = None,
    share: Share | None = None,
) -> ExtractReport:
    """Cache f_v of every clip and f_t of every class.

    Frames are decoded by threads while the teacher runs. What is done is put on disk in shards
    in `OUT.partial`; killed at any moment, the same call goes on. Several processes each take
    the shards of their share, and the first one puts all together when the last is there.

    Args:
        store: The clips.
        teacher: The frozen teacher.
        source: Where the frames come from; its options must ask for the teacher's frame count.
        templates: R prompt templates, each with `{}` for the class name. Where as many of them
            say "backwards" as do not, clips are shown to the teacher in reverse as well.
        out: The folder of the cache.
        labels: Classes whose clips are taken; all unless told. Texts are those of all classes.
        class_texts: Fuller descriptions in label order in place of the class names.
        options: Draws, prompted texts, batches.
        record: How the teacher was called, for the record in the cache.
        share: This process's share of the work; all of it unless told.

    Returns:
        Counts and speed: of the whole cache from the first process, of its own share from any
        other. Speed counts the clips of this call and process alone.

    Raises:
        SkelshotError: Teacher, source and store do not fit, no clip has usable frames, another
            cache is in the way, or `strict` and a clip has none.
    """
    began = time.perf_counter()
    how, mine = options or ExtractOptions(), share or Share()
    job = plan_extraction(store, teacher, source, templates, labels, class_texts, how)
    out = Path(out)
    shards = ShardFolder(out.with_name(f"{out.name}.partial"), job.plan, job.names, how.shard)
    video = VideoInfo(
        key=shards.key,
        clips=len(job.names),
        directions=job.directions,
        samples=1 + how.draws,
        prompts=job.prompts.features.shape[2] if job.prompts else 0,
        source=source.kind,
        options=job.options,
        seed=how.seed,
    )
    info = features_info(store, teacher, templates, job.texts, record, video)
    if existing := existing_or_conflict(out, info, job.text):
        shards.remove_left()
        return _report(job, existing, 0, began)
    if how.reuse is not None:
        job = replace(job, reused=ReusedFeatures(how.reuse))
    source.check([store.clips[index] for index in job.indices])
    with shards.held_by(mine.rank):
        if existing := existing_or_conflict(out, info, job.text):  # by a run that ended now
            return _report(job, existing, 0, began)
        shards.begin()
        done = _run_share(job, shards, mine, how)
        if mine.rank == 0:
            _wait_for_others(shards, mine, how)
            cache = _put_together(out, shards, job.text, info)
            return _report(job, cache, done.clips, began)
    seconds = time.perf_counter() - began
    return ExtractReport(
        clips=done.clips,
        skipped=done.skipped,
        clips_per_second=done.clips / seconds,
        teacher=teacher.name,
        seconds=seconds,
        fallbacks=done.fallbacks,
        clamped=done.clamped,
        sensor=_sensor(job),
        remarks=done.remarks,
        remark=done.remark,
    )


@dataclass
class _Done:
    """Counts of what this process has done in this call."""

    clips: int = 0
    skipped: int = 0
    fallbacks: int = 0
    clamped: int = 0
    remarks: int = 0
    remark: str | None = None

    def count(self, note: ClipNote | SkippedClip) -> None:
        """Count one clip."""
        if isinstance(note, SkippedClip):
            self.skipped += 1
            return
        self.clips += 1
        self.fallbacks += note.fallback is not None
        self.clamped += note.clamped > 0
        self.remarks += note.remark is not None
        if note.remark and self.remark is None:
            self.remark = f"{note.name}: {note.remark}"


def _run_share(job: Extraction, shards: ShardFolder, mine: Share, how: ExtractOptions) -> _Done:
    """Do the shards of this process that are not yet on disk."""
    own = [shard for shard in range(shards.count) if mine.takes(shard)]
    todo = [shard for shard in shards.missing(how.strict) if mine.takes(shard)]
    places = [place for shard in todo for place in shards.members(shard)]
    total = sum(len(shards.members(shard)) for shard in own)
    ahead = how.decoders + max(1, how.batch // (1 + how.draws))
    prepared = prefetched(
        [job.indices[place] for place in places], job.prepare, how.decoders, ahead
    )
    done = _Done()
    described = f"videos through {job.teacher.name}"
    with progress_bar(described, total=total, done=total - len(places)) as bar:
        watch = _Watch(bar)
        for shard in todo:
            clips = (next(prepared) for _ in shards.members(shard))
            shards.write(shard, _encode_shard(job, clips, done, watch))
    return done


@dataclass
class _Watch:
    """Moves the bar and shows the speed."""

    bar: Bar
    began: float = 0.0
    clips: int = 0

    def tick(self) -> None:
        """Count one clip."""
        self.began = self.began or time.perf_counter()
        self.clips += 1
        rate = self.clips / max(time.perf_counter() - self.began, 1e-3)
        self.bar.advance(1, **({"clips/s": rate} if self.clips > 1 else {}))


def _encode_shard(
    job: Extraction, clips: Iterable[ClipSamples], done: _Done, watch: _Watch
) -> Chunk:
    """Run the teacher over the clips of a shard as their frames come in."""
    batches = ClipBatches(job.teacher, job.how.batch, job.directions, job.prompts)
    notes: list[ClipNote] = []
    skipped: list[SkippedClip] = []
    for clip in clips:
        done.count(clip.note)
        if isinstance(clip.note, SkippedClip):
            if job.how.strict:
                raise SkelshotError(
                    f"clip {clip.note.name}: {clip.note.reason}; leave --strict out to skip it"
                )
            skipped.append(clip.note)
        else:
            notes.append(clip.note)
            if clip.known:
                batches.add_known(*clip.known)
            else:
                batches.add(clip.samples, clip.label)
        watch.tick()
    video, prompted = batches.take(1 + job.how.draws)
    return Chunk(notes, video, prompted, skipped)


def _wait_for_others(shards: ShardFolder, mine: Share, how: ExtractOptions) -> None:
    """Wait until the other processes have written their shards."""
    missing = shards.missing(how.strict)
    if not missing:
        return
    deadline = time.monotonic() + how.patience
    total = shards.count
    with progress_bar("waiting for the other processes", total, total - len(missing)) as bar:
        while missing:
            time.sleep(0.2)
            before, missing = missing, shards.missing(how.strict)
            if len(missing) < len(before):
                bar.advance(len(before) - len(missing))
                deadline = time.monotonic() + how.patience
            if time.monotonic() > deadline:
                ranks = sorted({shard % mine.world for shard in missing})
                raise SkelshotError(
                    f"{shards.path}: {len(missing)} of {total} shards are missing and none came "
                    f"for {how.patience:g} s (of the processes {ranks}); run the same command "
                    "again to go on"
                )


def _put_together(out: Path, shards: ShardFolder, text: Tensor, info: FeatureInfo) -> FeatureCache:
    """Write the cache from the shards, and delete them."""
    clips = sum(shards.counts(shard)[0] for shard in range(shards.count))
    if not clips:
        first = shards.read(0).skipped[0]
        shards.remove()
        raise SkelshotError(
            f"none of {len(shards.clips)} clips has usable frames; {first.name}: {first.reason}"
        )
    whole = shards.fresh_folder("whole")
    video = info.video and info.video.model_copy(update={"clips": clips})
    counted = info.model_copy(update={"video": video})
    cache = write_whole(out, whole, counted, text, shards.chunks())
    shards.remove()
    return cache


def _sensor(job: Extraction) -> tuple[dict[str, JsonValue], ...]:
    """Say to which pictures joints belong, where frames are cropped by them."""
    return pictures_as_json(job.pictures) if job.source.options.crop == "joints" else ()


def _report(job: Extraction, cache: FeatureCache, clips: int, began: float) -> ExtractReport:
    """Describe a whole cache."""
    video = cache.video
    if video is None:  # never, by what was asked for
        raise SkelshotError(f"{cache.path}: no video features")
    if job.how.strict and video.info.skipped:
        raise SkelshotError(
            f"{cache.path}: lacks {video.info.skipped} clips that were skipped "
            f"(see {cache.path / SKIPPED_FILE}); delete it and run again"
        )
    seconds = time.perf_counter() - began
    remarks = [f"{note['name']}: {note['remark']}" for note in video.notes() if note.get("remark")]
    return ExtractReport(
        clips=video.info.clips,
        skipped=video.info.skipped,
        clips_per_second=clips / seconds,
        teacher=job.teacher.name,
        seconds=seconds,
        fallbacks=video.info.fallbacks,
        clamped=video.info.clamped,
        sensor=_sensor(job),
        remarks=len(remarks),
        remark=next(iter(remarks), None),
    )
