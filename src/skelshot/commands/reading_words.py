"""The options for people's own arrays, which `prepare` and `verify` share."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skelshot.datasets.reading_options import ReadingOptions

OF_READING = (
    "units", "axes", "third_channel", "score_scale", "unseen", "min_confidence", "persons",
    "body_check",
)  # fmt: skip
"""The options of `ReadingOptions`, as the parser calls them."""


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options of the formats that hold people's own arrays.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "--layout",
        metavar="NAME|FILE.yaml",
        help="joint layout, where the files do not tell it: a name, or a file of your own",
    )
    own = parser.add_argument_group("npz and pyskl")
    own.add_argument(
        "--units",
        choices=["metres", "centimetres", "millimetres", "inches", "feet"],
        help="what three coordinates count (default: metres)",
    )
    own.add_argument(
        "--axes",
        metavar="X,Y,Z",
        help="the file's axes that are x, y (up) and z, such as x,z,-y for z up, --axes=-x,y,z for "
        "left-handed ones, x,-y for pixels with y up (default: x,y,z)",
    )
    own.add_argument(
        "--third-channel",
        choices=["z", "score"],
        help="what the third number of a joint is (default: z)",
    )
    own.add_argument(
        "--score-scale",
        type=float,
        metavar="X",
        help="confidence that means certain, such as 100 (default: 1)",
    )
    own.add_argument(
        "--unseen",
        choices=["repair", "keep"],
        help="joints at zero or of no confidence: interpolate them, or keep them (default: repair)",
    )
    own.add_argument(
        "--min-confidence",
        type=float,
        metavar="X",
        help="joints less sure than this are unseen (default: 0.05)",
    )
    own.add_argument(
        "--body-check",
        choices=["refuse", "ignore"],
        help="clips that no human body explains in these units, axes and joints (default: refuse)",
    )
    own.add_argument(
        "--persons",
        choices=["ranked", "file"],
        help="order of persons: actors first and without ghosts, or the file's (default: ranked)",
    )


def is_told(parsed: argparse.Namespace) -> bool:
    """Tell whether any of the options was given.

    Args:
        parsed: The arguments of a parser that `add_reading` added to.

    Returns:
        Whether one was, the layout not among them.
    """
    return any(getattr(parsed, option) is not None for option in OF_READING)


def reading_of(parsed: argparse.Namespace) -> "ReadingOptions":
    """Return the options for people's own arrays.

    Args:
        parsed: The arguments of a parser that `add_reading` added to.

    Returns:
        Those that were given, and the others' defaults.

    Raises:
        SkelshotError: A value makes no sense; the message names the option.
    """
    from skelshot.datasets.reading_options import ReadingOptions

    return ReadingOptions.told(**{option: getattr(parsed, option) for option in OF_READING})
