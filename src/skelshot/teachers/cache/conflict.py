"""What stands where a feature cache is to be written: the same is kept, all else is refused."""

from collections.abc import Mapping
from pathlib import Path

import torch
from pydantic import ValidationError
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.teachers.cache.distinct import check_distinct
from skelshot.teachers.cache.info import FeatureInfo
from skelshot.teachers.cache.read import FeatureCache
from skelshot.teachers.cache.video import VideoInfo

SAME = 1e-3
"""How far two features may lie apart and count as the same (machines round differently)."""


def kept_or_refused(
    path: Path, fields: Mapping[str, object], text: Tensor | None, video: VideoInfo | None
) -> FeatureCache | None:
    """Refuse texts that must not be written, and look at what stands where they are to go.

    Args:
        path: The place.
        fields: What `features.json` is to say.
        text: The texts to be written, or None.
        video: What is to be said of the video features, or None.

    Returns:
        The cache that stands there if it is the one to be written; None if the place is free.

    Raises:
        SkelshotError: Two classes have one vector, or something else stands there.
    """
    info = checked_info({**fields, "video": video}, sha256="not yet written")
    if text is not None:
        names = [info.class_names[label] for label in info.text_labels]
        check_distinct(text, names, info.texts)
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return None
    return _same_or_refuse(_standing(path), info, text)


def checked_info(fields: Mapping[str, object], sha256: str) -> FeatureInfo:
    """Check the fields of `features.json` together; they come from the caller.

    Args:
        fields: All but the digest.
        sha256: Digest of the file of texts.

    Returns:
        The checked fields.

    Raises:
        SkelshotError: They do not fit each other.
    """
    try:
        return FeatureInfo.model_validate({**fields, "sha256": sha256})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "features"
        raise SkelshotError(f"{field}: {first['msg']}") from error


def _standing(path: Path) -> FeatureCache:
    """Open what stands at the place to be written; nothing else is ever overwritten."""
    try:
        return FeatureCache.open(path)
    except SkelshotError as error:
        raise SkelshotError(
            f"{path}: something stands there that is not a whole feature cache, and is not "
            f"overwritten; choose another --out or delete it ({error})"
        ) from error


def _same_or_refuse(found: FeatureCache, info: FeatureInfo, text: Tensor | None) -> FeatureCache:
    """Return the cache that stands there if it is what was to be written."""
    for field in ("teacher", "fingerprint", "data_hash", "class_names", "text_labels", "texts"):
        before, now = getattr(found.info, field), getattr(info, field)
        if before != now:
            raise SkelshotError(
                f"{found.path}: holds a feature cache of another {field} "
                f"(found {_short(before)}, to be written {_short(now)}); choose another --out or "
                "delete it"
            )
    _same_video(found, info.video)
    if text is None:
        return found
    if found.text.shape != text.shape or not torch.allclose(found.text, text, atol=SAME):
        raise SkelshotError(
            f"{found.path}: holds a feature cache of the same teacher and data with other "
            "features; choose another --out or delete it"
        )
    return found


def _same_video(found: FeatureCache, video: VideoInfo | None) -> None:
    """Refuse a cache whose video features are others than those to be written."""
    before, now = found.info.video, video
    if (before is None) != (now is None):
        held, wanted = ("no ", "with ") if before is None else ("", "without ")
        raise SkelshotError(
            f"{found.path}: holds {held}video features, and a cache {wanted}them is to be "
            "written; choose another --out or delete it"
        )
    if before is None or now is None or before.key == now.key:
        return
    for field in ("source", "options", "seed", "samples", "directions", "renderings"):
        old, new = getattr(before, field), getattr(now, field)
        if old != new:
            raise SkelshotError(
                f"{found.path}: holds video features of another {field} (found {_short(old)}, to "
                f"be written {_short(new)}); choose another --out or delete it"
            )
    raise SkelshotError(
        f"{found.path}: holds video features of other clips or videos; choose another --out or "
        "delete it"
    )


def _short(value: object) -> str:
    """Return the value's text, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
