"""Options by which people's own arrays become clips, shared by the readers of such files."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, InstanceOf, field_validator

from skelshot.datasets.reader_options import MissingOptions, ReaderOptions
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.length_units import Units
from skelshot.skeletons.unseen import MIN_CONFIDENCE


class ReadingOptions(ReaderOptions):
    """Options by which arrays as people have them become clips; the defaults suit most files.

    Args:
        unseen: "repair" takes a joint of a present person that the pose model did not see (all
            its coordinates zero or -1, its confidence 0 or below `min_confidence`) for NaN,
            "keep" takes its coordinates as they stand.
        min_confidence: Joints less sure than this are unseen.
        persons: "ranked" puts the actors first and leaves out persons that are hardly there,
            "file" keeps all persons in the file's order.
        units: What three coordinates count; they are converted to metres.
        axes: Which of the file's axes are our x, y (up) and z, such as "x,z,-y"; for pixels x and
            y alone. A reflection exchanges left and right, which files with left-handed axes need.
        third_channel: "z" when the third number of a joint is its depth, "score" when it is how
            sure the pose model is of x and y.
        score_scale: The value of a confidence that means certain.
        body_check: "refuse" rejects clips that no human body explains with these units, axes and
            joints, "ignore" takes them as they are.

    Raises:
        SkelshotError: A value is out of range or unknown.

    Example:
        >>> ReadingOptions(units="millimetres").changed()
        {'units': 'millimetres'}
    """

    units: Units = Field("metres", description="what three coordinates count")
    axes: str = Field(
        "x,y,z",
        description="the file's axes that are x, y (up) and z, such as x,z,-y for z up, "
        "--axes=-x,y,z for left-handed ones, x,-y for pixels with y up",
    )
    third_channel: Literal["z", "score"] = Field(
        "z", description="what the third number of a joint is"
    )
    score_scale: float = Field(
        1.0, gt=0, le=1e6, description="confidence that means certain, such as 100"
    )
    unseen: Literal["repair", "keep"] = Field(
        "repair", description="joints at zero or of no confidence: interpolate or keep them"
    )
    min_confidence: float = Field(
        MIN_CONFIDENCE, ge=0, le=1, description="joints less sure than this are unseen"
    )
    persons: Literal["ranked", "file"] = Field(
        "ranked", description="order of persons: actors first and without ghosts, or the file's"
    )
    body_check: Literal["refuse", "ignore"] = Field(
        "refuse", description="clips that no human body explains in these units, axes and joints"
    )

    @field_validator("axes")
    @classmethod
    def _plain_axes(cls, axes: str) -> str:
        return str(CoordinateAxes.named(axes))

    def changed(self) -> dict[str, Any]:
        """Return the options that are not the default, as JSON values."""
        return self.model_dump(mode="json", exclude_defaults=True)


class ArrayOptions(ReadingOptions):
    """Options of people's own arrays, shared by all readers of them.

    Args:
        layout: The layout's name, or a .yaml file of one's own; the files' own unless told.
    """

    layout: str | Path | InstanceOf[SkeletonLayout] | None = Field(
        None,
        description="joint layout, where the files do not tell it: a name, or a .yaml of your own",
    )

    @property
    def reading(self) -> ReadingOptions:
        """The options of reading that were told."""
        told = self.model_fields_set & ReadingOptions.model_fields.keys()
        return ReadingOptions(**{name: getattr(self, name) for name in told})


class ArrayReaderOptions(ArrayOptions, MissingOptions):
    """The options of a reader of people's own arrays."""


class PysklOptions(ArrayReaderOptions):
    """The options of the PYSKL reader.

    Args:
        class_names: A text file with one class name a line, in label order.
    """

    class_names: Path | None = Field(None, description="text file, one class name a line")
