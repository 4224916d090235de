"""Features made elsewhere, put into a cache for a store."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of
from skelshot.teachers.cache.chunks import Chunk, ClipNote, SkippedClip
from skelshot.teachers.cache.conflict import existing_or_conflict
from skelshot.teachers.cache.info import VideoInfo
from skelshot.teachers.cache.write import fresh_partial, write_whole
from skelshot.teachers.extract.texts import (
    ExtractReport,
    class_prompts,
    encode_prompts,
    features_info,
)
from skelshot.teachers.models.precomputed import PrecomputedTeacher


def extract_precomputed(
    store: Store,
    teacher: PrecomputedTeacher,
    templates: Sequence[str],
    out: str | Path,
    *,
    labels: Sequence[int] | None = None,
    class_texts: Sequence[str] | None = None,
    strict: bool = False,
    record: Mapping[str, JsonValue] | None = None,
) -> ExtractReport:
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
        raise SkelshotError(f"{store.path}: no clips of the {len(wanted)} classes asked for")
    texts = class_prompts(store.class_names, templates, class_texts) if teacher.texts else []
    text = encode_prompts(teacher, store.class_names, texts) if texts else None
    key = digest_of("precomputed", teacher.fingerprint(), store.data_hash, *found).hex()
    video = VideoInfo(key=key, clips=len(found), source="precomputed")
    info = features_info(store, teacher, templates, texts, record, video)
    out = Path(out)
    skipped = [
        SkippedClip(name, f"{teacher.path}: no video features of it")
        for name in names
        if name not in known
    ]
    if not existing_or_conflict(out, info, text):
        vectors = teacher.video_for(found).numpy()[:, None, None]
        chunk = Chunk([ClipNote(name) for name in found], vectors, None, skipped)
        write_whole(out, fresh_partial(out), info, text, [chunk])
    seconds = time.perf_counter() - began
    return ExtractReport(len(found), len(skipped), len(found) / seconds, teacher.name, seconds)
