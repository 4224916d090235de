"""Features made elsewhere, put into a cache for a store."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of
from skelshot.teachers.cache.chunks import Chunk, ClipNote, SkippedClip
from skelshot.teachers.cache.conflict import kept_or_refused
from skelshot.teachers.cache.video import VideoInfo
from skelshot.teachers.cache.write import fields_of, fresh_partial, write_whole
from skelshot.teachers.extract.texts import TeachReport, class_renderings, encode_renderings
from skelshot.teachers.models.precomputed import PrecomputedTeacher


def teach_precomputed(
    store: Store,
    teacher: PrecomputedTeacher,
    templates: Sequence[str],
    out: str | Path,
    *,
    labels: Sequence[int] | None = None,
    class_texts: Sequence[str] | None = None,
    strict: bool = False,
    record: Mapping[str, JsonValue] | None = None,
) -> TeachReport:
    """Cache the video features of a file by the names of a store's clips, and its texts.

    Args:
        store: The clips.
        teacher: The file of features, with video features in it.
        templates: R prompt templates; the file must hold these texts, or no text at all.
        out: The folder of the cache.
        labels: Classes whose clips are taken; all unless told.
        class_texts: Fuller descriptions in label order in place of the class names.
        strict: Refuse clips without features in place of skipping them.
        record: For the record in the cache.

    Returns:
        Counts and speed.

    Raises:
        SkelshotError: No clip of the store is in the file, texts are missing, or another cache
            is in the way.
    """
    began = time.perf_counter()
    wanted = set(range(len(store.class_names)) if labels is None else labels)
    names = [clip.name for clip in store.clips if clip.label in wanted]
    known = set(teacher.clips)
    found = [name for name in names if name in known]
    if not found or (strict and len(found) < len(names)):
        teacher.video_for(names)  # says which are missing
        raise SkelshotError(f"{store.path}: no clips of the {len(wanted)} classes to be taught")
    texts = class_renderings(store.class_names, templates, class_texts) if teacher.texts else []
    text = encode_renderings(teacher, store.class_names, texts) if texts else None
    fields = fields_of(
        teacher=teacher.name,
        fingerprint=teacher.fingerprint(),
        dim=teacher.dim,
        data_hash=store.data_hash,
        class_names=store.class_names,
        text_labels=range(len(texts)),
        texts=texts,
        options={"templates": list(templates), **(record or {})},
    )
    key = digest_of("precomputed", teacher.fingerprint(), store.data_hash, *found).hex()
    info = VideoInfo(key=key, clips=len(found), source="precomputed")
    out = Path(out)
    skipped = [
        SkippedClip(name, f"{teacher.path}: no video features of it")
        for name in names
        if name not in known
    ]
    if not kept_or_refused(out, fields, text, info):
        video = teacher.video_for(found).numpy()[:, None, None]
        chunk = Chunk([ClipNote(name) for name in found], video, None, skipped)
        write_whole(out, fresh_partial(out), fields, text, info, [chunk])
    seconds = time.perf_counter() - began
    return TeachReport(len(found), len(skipped), len(found) / seconds, teacher.name, seconds)
