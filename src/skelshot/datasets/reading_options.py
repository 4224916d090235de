"""How people's own arrays become clips: the choices that the readers of such files share."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from skelshot.ground import SkelshotError
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.length_units import Units
from skelshot.skeletons.unseen import MIN_CONFIDENCE


class ReadingOptions(BaseModel):
    """How arrays as people have them become clips; the defaults suit most files.

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
        pydantic.ValidationError: A value is out of range or unknown.
        SkelshotError: The axes are none.

    Example:
        >>> ReadingOptions(units="millimetres").changed()
        {'units': 'millimetres'}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unseen: Literal["repair", "keep"] = "repair"
    min_confidence: float = Field(default=MIN_CONFIDENCE, ge=0, le=1)
    persons: Literal["ranked", "file"] = "ranked"
    units: Units = "metres"
    axes: str = "x,y,z"
    third_channel: Literal["z", "score"] = "z"
    score_scale: float = Field(default=1.0, gt=0, le=1e6)
    body_check: Literal["refuse", "ignore"] = "refuse"

    @field_validator("axes")
    @classmethod
    def _plain_axes(cls, axes: str) -> str:
        return str(CoordinateAxes.named(axes))

    @classmethod
    def told(cls, **given: object) -> Self:
        """Return the options that a caller gave by name.

        Args:
            given: Options by name; None stands for the default.

        Returns:
            The options.

        Raises:
            SkelshotError: A name or a value is unknown; the message names the option.

        Example:
            >>> ReadingOptions.told(persons="file", units=None).persons
            'file'
        """
        try:
            return cls.model_validate({k: v for k, v in given.items() if v is not None})
        except ValidationError as error:
            first = error.errors()[0]
            option, found = str(first["loc"][0]), f"{first['input']!r:.60}"
            expected = first["msg"].removeprefix("Input should be ")
            raise SkelshotError(f"{option}: found {found}, expected {expected}") from error

    def changed(self) -> dict[str, Any]:
        """Return the options that are not the default, as JSON values."""
        return self.model_dump(mode="json", exclude_defaults=True)
