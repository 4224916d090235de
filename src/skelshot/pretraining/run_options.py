"""The options that a split of a run was trained with."""

from pathlib import Path

from skelshot.ground import SkelshotError
from skelshot.pretraining.options import PretrainOptions
from skelshot.runs.folder import CONFIG, read_config


def read_options(folder: Path) -> PretrainOptions:
    """Read the options that a split was trained with.

    Args:
        folder: The split's folder.

    Returns:
        The options of its configuration.

    Raises:
        SkelshotError: They cannot be read, or are no options of this version.
    """
    options = read_config(folder).get("options")
    try:
        return PretrainOptions.read(options)
    except SkelshotError as error:
        place = (
            str(error).replace("pretrain, ", "options.", 1).replace("pretrain: ", "options: ", 1)
        )
        raise SkelshotError(
            f"{folder / CONFIG}, {place}; the file is damaged or of another version, "
            "pretrain again into another --out"
        ) from error
