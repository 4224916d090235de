"""Presets fitted to the clips that a protocol is about."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skelshot.datasets.ntu.splits import public_second_person
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.experiments.settings import Settings, load_settings


def settings_of(
    store: Store,
    splits: Sequence[Split],
    preset: Path | str,
    changes: Mapping[str, Any],
    assignments: Iterable[str],
) -> Settings:
    """Fit a preset to the clips that a protocol is about, and change it.

    Args:
        store: The clips.
        splits: All splits of the protocol.
        preset: `cpu`, `paper`, `smoke` or a file.
        changes: As for `load_settings`.
        assignments: As given to `--set`.

    Returns:
        The settings.

    Raises:
        SkelshotError: See `load_settings`.
    """
    labels = {label for split in splits for label in (*split.base, *split.novel)}
    clips = [clip for clip in store.clips if clip.label in labels]
    return load_settings(
        preset,
        layout=store.layout,
        coordinates=store.channels,
        persons=max((clip.persons for clip in clips), default=None),
        second_person=public_second_person(clips),
        changes=changes,
        assignments=assignments,
    )
