"""What to tell people whose clips do not look like bodies: the option that reads them right."""

from skelshot.datasets.reading_options import METRES, ReadingOptions
from skelshot.skeletons.body_check import BodyProblem
from skelshot.skeletons.coordinate_axes import CoordinateAxes


def body_advice(problem: BodyProblem, reading: ReadingOptions) -> str:
    """Say in one line what is wrong with bodies, and which option mends it.

    Args:
        problem: What was found in clips as they were read.
        reading: How they were read.

    Returns:
        Kind, found, expected, advice and option.

    Example:
        >>> turned = CoordinateAxes.named("x,z,-y")
        >>> problem = BodyProblem("upright", "wrong", "z up", "y up", "turn them", turned)
        >>> body_advice(problem, ReadingOptions())
        'upright: found z up, expected y up; turn them, or say --axes x,z,-y'
    """
    option = _option_for(problem, reading)
    return f"{problem.kind}: {problem}{f', or say {option}' if option else ''}"


def _option_for(problem: BodyProblem, reading: ReadingOptions) -> str | None:
    """Name the option that reads such clips as they are."""
    if problem.axes:
        axes = problem.axes
        if "axes" in reading.changed():
            axes = axes.after(CoordinateAxes.named(reading.axes))
        return f"--axes{'=' if str(axes).startswith('-') else ' '}{axes}"
    if problem.kind == "units":
        units = [unit for unit in METRES if unit != "metres" and unit in problem.found]
        return f"--units {units[0]}" if units else None
    return {"score": "--third-channel score", "layout": "--layout NAME or FILE.yaml"}.get(
        problem.kind
    )
