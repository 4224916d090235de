"""Advice on clips that do not look like bodies: the option that reads them right."""

from skelshot.datasets.reading_options import ReadingOptions
from skelshot.skeletons.body_check import BodyProblem
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.length_units import METRES


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
    option = option_for(problem, reading)
    return f"{problem.kind}: {problem}{f', or say {option}' if option else ''}"


def option_for(problem: BodyProblem, reading: ReadingOptions) -> str | None:
    """Name the options that read such clips as they are.

    Args:
        problem: What was found in clips as they were read.
        reading: How they were read.

    Returns:
        The options as they are typed, None where there is none.

    Example:
        >>> small = BodyProblem("units", "wrong", "170, like centimetres", "metres", "scale them")
        >>> option_for(small, ReadingOptions())
        '--units centimetres'
    """
    options = [_axes_option(problem.axes, reading)] if problem.axes else []
    if problem.kind == "units":
        found = problem.found
        units = [unit for unit in METRES if unit != "metres" and unit in found]
        options += [f"--units {unit}" for unit in sorted(units, key=found.index)[:1]]
    elif problem.kind == "score":
        options.insert(0, "--third-channel score")
    elif problem.kind == "layout":
        options.append("--layout NAME or FILE.yaml")
    return " ".join(options) or None


def _axes_option(axes: CoordinateAxes, reading: ReadingOptions) -> str:
    told = CoordinateAxes.named(reading.axes)
    if "axes" in reading.changed() and len(told.places) == len(axes.places):
        axes = axes.after(told)
    return f"--axes{'=' if str(axes).startswith('-') else ' '}{axes}"
