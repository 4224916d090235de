"""The options of readers, whose descriptions are also the help of the command line."""

from typing import ClassVar, Literal

from pydantic import Field

from skelshot.ground.options import Options


class ReaderOptions(Options):
    """The options of a reader; this base has none.

    An option with a `description` is a word of the command line, `--on-missing` for
    `on_missing`; any other is said as `--option KEY=VALUE`.
    """

    described: ClassVar[str] = "options"


class MissingOptions(ReaderOptions):
    """The options of a reader of raw coordinates.

    Args:
        on_missing: `repair` interpolates NaN and infinite coordinates and counts them, `reject`
            rejects the clip.
    """

    on_missing: Literal["repair", "reject"] = Field(
        "repair", description="what becomes of clips with NaN or infinite coordinates"
    )
