"""Whether an encoder has seen mirrored clips, which matters where left and right are classes."""

from pathlib import Path

from skelshot.pretraining.results import read_result
from skelshot.pretraining.runs import read_options, split_folder

REMARK = (
    "the encoder was trained on mirrored clips and may take one side for the other; pretrain it "
    "anew with --sides matter"
)
"""What results of such an encoder say where sides matter."""


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
    if read_options(folder).mirrors_clips:
        return True
    return (folder / "result.json").exists() and bool(read_result(folder).get("mirrored_before"))
