"""A cache that stands where one is to be written: reused if it equals that one, else refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.plans import Plan
from skelshot.teachers.cache.distinct import check_distinct
from skelshot.teachers.cache.info import FeatureInfo, VideoInfo
from skelshot.teachers.cache.read import FeatureCache

FEATURES: Final = ("teacher", "fingerprint", "data_hash", "class_names", "text_labels", "texts")
VIDEOS: Final = ("source", "options", "seed", "samples", "directions", "prompts", "key")
"""What decides a cache, in the order in which differences are told."""

SAME = 1e-3
"""How far two features may lie apart and count as the same (machines round differently)."""


def existing_or_conflict(path: Path, info: FeatureInfo, text: Tensor | None) -> FeatureCache | None:
    """Return an equal cache that exists already, None if the path is free; refuse all else.

    Args:
        path: The place.
        info: What `features.json` is to say, less digests.
        text: The class texts (rows, R, D) to be written, or None.

    Returns:
        The cache that stands there if it is the one to be written; None if the place is free.

    Raises:
        SkelshotError: Two classes have one vector, or something else stands there.
    """
    if text is not None:
        names = [info.class_names[label] for label in info.text_labels]
        check_distinct(text, names, info.texts)
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return None
    try:
        found = FeatureCache.open(path)
    except SkelshotError as error:
        raise SkelshotError(
            f"{path}: something stands there that is not a whole feature cache, and is not "
            f"overwritten; choose another --out or delete it ({error})"
        ) from error
    return _same_or_refuse(found, info, text)


def _same_or_refuse(found: FeatureCache, info: FeatureInfo, text: Tensor | None) -> FeatureCache:
    """Return the cache that stands there if it is what was to be written."""
    _refuse_other(found.path, "a feature cache", found.info, info, FEATURES)
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
    _refuse_other(found.path, "video features", before, now, VIDEOS)


def _refuse_other(
    path: Path, holds: str, found: Options, wanted: Options, fields: Sequence[str]
) -> None:
    """Refuse a cache whose description differs in one of the fields."""
    before, now = (info.model_dump(mode="json") for info in (found, wanted))
    advice = "choose another --out or delete it"
    others = {"key": f"the clips or videos are others; {advice}"}
    plan = Plan(holds, {name: now[name] for name in fields}, advice, others)
    plan.check(path, {name: before[name] for name in fields})
