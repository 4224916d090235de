"""Mirrored clips in an encoder's training, which matter where left and right are classes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skelshot.runs.folder import read_config, split_folder
from skelshot.runs.old_options import with_todays_form
from skelshot.runs.results import FILE, read_result

REMARK = (
    "the encoder was trained on mirrored clips and may take one side for the other; pretrain it "
    "anew with --sides matter"
)
"""What results of such an encoder say where sides matter."""


def mirrors_clips(options: Any) -> bool:
    """Tell whether training mirrors clips, from its options as plain values.

    Args:
        options: As a run's configuration holds them, of any version.

    Returns:
        Whether a stage that they ask for does. A strategy with augmentations for views of its own
        has no part in the augmentation.

    Example:
        >>> mirrors_clips({"strategy": {"name": "byol", "aggressive": {"mirror": 0.5}}})
        True
    """
    options = with_todays_form(options)
    if not isinstance(options, Mapping):
        return False
    shares = [options.get("augmentation")] if options.get("episodes", "none") != "none" else []
    strategy = options.get("strategy")
    if isinstance(strategy, Mapping) and strategy.get("name") != "none":
        own = [value for value in strategy.values() if isinstance(value, Mapping)]
        augmentations = [value for value in own if "mirror" in value]
        shares += augmentations or [options.get("augmentation")]
    return any(isinstance(each, Mapping) and each.get("mirror") for each in shares)


def saw_mirrored_clips(run: Path, split: int) -> bool:
    """Tell whether a split's encoder was trained on mirrored clips, here or where it began.

    Args:
        run: The run's folder.
        split: The split's number.

    Returns:
        Whether a stage of its training mirrored clips, or its result says that the encoder it
        began from had seen some.
    """
    folder = split_folder(run, split)
    if mirrors_clips(read_config(folder).get("options")):
        return True
    return (folder / FILE).exists() and bool(read_result(folder).get("mirrored_before"))
