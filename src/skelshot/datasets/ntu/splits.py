"""NTU RGB+D's own divisions into training and test clips: by subject, camera or setup."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.names import parse_name
from skelshot.datasets.store.index import ClipRecord
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean

Side = Literal["train", "test"]
"""Which of the two a clip is for."""

Second = Literal["zero", "copy"]
"""What stands in the second place of a clip with one person: zeros, or the first once more."""


class NtuSplit(BaseModel):
    """Division of the clips by one evaluation.

    Args:
        by: The field that decides.
        train: Its numbers for training; the others up to `last` are for testing.
        last: Its largest number; clips beyond it are for neither.
        setups: The data set's largest setup; clips of later ones are for neither.
        classes: How many classes the data set has, the first ones.
        second_person: What the public CTR-GCN files of the data set have in the second place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["subject", "camera", "setup"]
    train: tuple[int, ...] = Field(min_length=1)
    last: int = Field(ge=1)
    setups: int = Field(ge=1)
    classes: int = Field(ge=1)
    second_person: Second


@dataclass(frozen=True)
class Members:
    """The clips of a split, as places in the store's index.

    Args:
        train: Places of the clips to train on.
        test: Places of the clips to test on.
    """

    train: tuple[int, ...]
    test: tuple[int, ...]


@cache
def ntu_splits() -> dict[str, NtuSplit]:
    """Return the evaluations that there are.

    Returns:
        By name: `xsub60`, `xview60`, `xsub120` and `xset120`.

    Example:
        >>> {name: len(split.train) for name, split in ntu_splits().items()}
        {'xsub60': 20, 'xview60': 2, 'xsub120': 53, 'xset120': 16}
    """
    text = files("skelshot.datasets.ntu").joinpath("splits.yaml").read_text("utf-8")
    return {name: NtuSplit(**split) for name, split in yaml.safe_load(text).items()}


def ntu_split_named(name: str) -> NtuSplit:
    """Find an evaluation.

    Args:
        name: Such as `xsub60`.

    Returns:
        How it deals out the clips.

    Raises:
        SkelshotError: There is none of that name.
    """
    try:
        return ntu_splits()[name]
    except KeyError:
        known = ntu_splits()
        raise SkelshotError(
            f"split: found {name!r:.80}, expected one of {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        ) from None


def split_of(clip: ClipRecord, name: str) -> Side | None:
    """Tell what a clip is for.

    Args:
        clip: The clip, with its setup and the field that the split goes by.
        name: The split, such as `xsub60`.

    Returns:
        `train`, `test`, or None when the clip is no part of that data set.

    Raises:
        SkelshotError: There is no such split, or the clip lacks a field that it needs.
    """
    split = ntu_split_named(name)
    number = _field(clip, split.by, name)
    if _field(clip, "setup", name) > split.setups or not 1 <= number <= split.last:
        return None
    return "train" if number in split.train else "test"


def members_of(clips: Sequence[ClipRecord], name: str) -> Members:
    """Deal out the clips of a store.

    They come in the order of the public CTR-GCN files: by the number that decides, and by name
    within it; so the n-th is what those files know as `train_n` or `test_n`, from 0.

    Args:
        clips: The store's index.
        name: The split, such as `xsub60`.

    Returns:
        The places of both sides; clips that are no part of the data set are on neither.

    Raises:
        SkelshotError: There is no such split, a clip lacks a field, or no clip is part of it.
    """
    by = ntu_split_named(name).by
    sides: dict[Side, list[tuple[int, str, int]]] = {"train": [], "test": []}
    for place, clip in enumerate(clips):
        side = split_of(clip, name)
        if side is not None:
            sides[side].append((_field(clip, by, name), clip.name, place))
    if not sides["train"] and not sides["test"]:
        raise SkelshotError(
            f"split {name}: found none of its clips among {len(clips)}, expected setups 1 to "
            f"{ntu_split_named(name).setups}; name another split"
        )
    train, test = (tuple(place for _, _, place in sorted(side)) for side in sides.values())
    return Members(train, test)


def pyskl_splits(clips: Sequence[ClipRecord], name: str) -> dict[str, list[str]]:
    """Deal out the clips of a store under the names that PYSKL's configurations use.

    Args:
        clips: The store's index.
        name: The split, such as `xsub60`.

    Returns:
        Clip names by split: `xsub_train` and `xsub_val`, or `xview_...` or `xset_...`.

    Raises:
        SkelshotError: As for `members_of`.
    """
    members, prefix = members_of(clips, name), name.rstrip("0123456789")
    return {
        f"{prefix}_train": [clips[place].name for place in members.train],
        f"{prefix}_val": [clips[place].name for place in members.test],
    }


def public_second_person(clips: Sequence[ClipRecord]) -> Second:
    """Tell what the public CTR-GCN files have in the second place of clips with one person.

    Args:
        clips: Clips of one data set.

    Returns:
        `copy` for NTU RGB+D 120, which clips of its later setups tell by their names; else `zero`.

    Example:
        >>> public_second_person([])
        'zero'
    """
    latest = max((_setup(clip.name) for clip in clips), default=0)
    rules = sorted(ntu_splits().values(), key=lambda rule: rule.setups)
    return next(rule.second_person for rule in rules if latest <= rule.setups)


def _setup(name: str) -> int:
    """Read the setup from the name of a clip of NTU RGB+D; 0 for other names."""
    try:
        return parse_name(name).setup
    except BadClip:
        return 0


def _field(clip: ClipRecord, field: Literal["subject", "camera", "setup"], name: str) -> int:
    """Return a number that must be known."""
    number: int | None = getattr(clip, field)
    if number is None:
        raise SkelshotError(
            f"clip {clip.name!r}: its {field} is not known, which the split {name} goes by; "
            "export a store of NTU RGB+D clips"
        )
    return number
