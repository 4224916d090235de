"""Text features: a store's class names through a teacher into a cache."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from pydantic import JsonValue
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar
from skelshot.teachers.base import TextTeacher
from skelshot.teachers.cache.info import FeatureInfo, VideoInfo
from skelshot.teachers.cache.write import write_features
from skelshot.teachers.models.family import TEACHERS, teacher_label, typed_name
from skelshot.teachers.texts import render


class StoreInfo(Protocol):
    """Facts about a store that extraction needs."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order."""
        ...

    @property
    def data_hash(self) -> str:
        """Hash of the store's content."""
        ...

    def __len__(self) -> int:
        """Return the number of clips."""
        ...


@dataclass(frozen=True)
class ExtractReport:
    """The result that `skelshot teach` prints.

    Args:
        clips: Clips that have features now; class texts cover every clip of the store.
        skipped: Clips without.
        clips_per_second: Clips over seconds.
        teacher: The teacher's name.
        seconds: Wall time, the teacher's own loading not included.
        fallbacks: Clips of which the whole frame stands in for the crop.
        clamped: Clips whose video ends before the frames that were wanted.
        sensor: To which pictures the joints of cropped clips belong: for each its `size`, what it
            is known `from`, the `words` for it and its number of `clips`.
        remarks: Clips of which something was assumed or looks odd.
        remark: The first of them and what it is.
    """

    clips: int
    skipped: int
    clips_per_second: float
    teacher: str
    seconds: float
    fallbacks: int = 0
    clamped: int = 0
    sensor: tuple[Mapping[str, JsonValue], ...] = ()
    remarks: int = 0
    remark: str | None = None


def extract_text(
    store_info: StoreInfo,
    teacher: TextTeacher,
    templates: Sequence[str],
    out: str | Path,
    class_texts: Sequence[str] | None = None,
    options: Mapping[str, JsonValue] | None = None,
) -> ExtractReport:
    """Write the text features f_t of every class of a store.

    Args:
        store_info: The store.
        teacher: The frozen teacher.
        templates: R prompt templates, each with `{}` for the class name.
        out: The folder of the cache.
        class_texts: Fuller descriptions in label order, to stand in the templates in place of
            the class names.
        options: How the teacher was called (model, seed, ...), for the record in the cache.

    Returns:
        Counts and speed.

    Raises:
        SkelshotError: The texts do not fit the classes, the teacher's vectors are not what its
            contract tells, or the cache cannot be written.
    """
    start = time.perf_counter()
    names = store_info.class_names
    texts = class_prompts(names, templates, class_texts)
    features = encode_prompts(teacher, names, texts)
    write_features(
        out,
        text=features,
        teacher=teacher.name,
        fingerprint=teacher.fingerprint(),
        data_hash=store_info.data_hash,
        class_names=names,
        texts=texts,
        options={"templates": list(templates), **(options or {})},
    )
    seconds = time.perf_counter() - start
    clips = len(store_info)
    return ExtractReport(clips, 0, clips / seconds, teacher.name, seconds)


def features_info(
    store_info: StoreInfo,
    teacher: TextTeacher,
    templates: Sequence[str],
    texts: Sequence[Sequence[str]],
    record: Mapping[str, JsonValue] | None,
    video: VideoInfo,
) -> FeatureInfo:
    """Describe the cache that is to be written.

    Args:
        store_info: The store.
        teacher: The frozen teacher.
        templates: R prompt templates.
        texts: The R texts of each class in label order; empty without text features.
        record: How the teacher was called.
        video: What is known of the video features.

    Returns:
        What `features.json` is to say, less digests.
    """
    return FeatureInfo(
        teacher=teacher.name,
        fingerprint=teacher.fingerprint(),
        dim=teacher.dim,
        data_hash=store_info.data_hash,
        class_names=store_info.class_names,
        text_labels=tuple(range(len(texts))),
        texts=tuple(tuple(row) for row in texts),
        options={"templates": list(templates), **(record or {})},
        video=video,
    )


def class_prompts(
    class_names: Sequence[str], templates: Sequence[str], class_texts: Sequence[str] | None = None
) -> list[list[str]]:
    """Put the class names, or fuller texts in their place, into the templates.

    Args:
        class_names: All class names of the store.
        templates: R prompt templates.
        class_texts: Fuller descriptions in label order.

    Returns:
        R texts a class.

    Raises:
        SkelshotError: The texts do not fit the classes.
    """
    if class_texts is not None and len(class_texts) != len(class_names):
        raise SkelshotError(
            f"class texts: found {len(class_texts)}, expected one for each of "
            f"{len(class_names)} classes"
        )
    return render(class_names if class_texts is None else class_texts, templates)


def encode_prompts(
    teacher: TextTeacher, class_names: Sequence[str], texts: Sequence[Sequence[str]]
) -> Tensor:
    """Encode the prompts of all classes, with a progress bar.

    Args:
        teacher: The frozen teacher.
        class_names: The classes' names, for messages.
        texts: R texts a class.

    Returns:
        f_t (classes, R, D).

    Raises:
        SkelshotError: The teacher refuses a text, or its vectors are not what its contract tells.
    """
    rows = []
    with progress_bar(f"texts through {teacher.name}", total=len(texts)) as bar:
        for name, prompts in zip(class_names, texts, strict=True):
            try:
                rows.append(_encode(teacher, prompts))
            except SkelshotError as error:
                raise SkelshotError(f"class {name!r}: {error}") from error
            bar.advance()
    return torch.stack(rows)


def _encode(teacher: TextTeacher, texts: Sequence[str]) -> Tensor:
    """Encode texts and hold the teacher to its contract."""
    with TEACHERS.telling(typed_name(teacher)):
        vectors: object = teacher.encode_text(texts)
    expected = (len(texts), teacher.dim)
    if not isinstance(vectors, Tensor) or tuple(vectors.shape) != expected:
        raise SkelshotError(
            f"{teacher_label(teacher)}: returned {described_tensor(vectors)} for {len(texts)} "
            f"texts, expected {expected}"
        )
    return vectors


def described_tensor(value: object) -> str:
    """Say what a teacher returned: a tensor's shape, or what else it is.

    Args:
        value: What it returned.

    Returns:
        The words.

    Example:
        >>> described_tensor(torch.zeros(2, 3)), described_tensor([1.0])
        ('shape (2, 3)', 'list')
    """
    return f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
