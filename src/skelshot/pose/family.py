"""The family of pose estimators: those that ship, and those that other packages register."""

from skelshot.ground.families import Family
from skelshot.pose.estimator import PoseEstimator, PoseOptions
from skelshot.pose.litert import LitertEstimator
from skelshot.pose.mediapipe_package import MediaPipeEstimator

SHIPPED: tuple[type[PoseEstimator], ...] = (LitertEstimator, MediaPipeEstimator)


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of an estimator from outside, or None."""
    if not issubclass(part, PoseEstimator):
        return (
            f"found the class {part.__name__}, expected a sub-class of skelshot.pose.PoseEstimator"
        )
    kind: object = part.options_type
    if not (isinstance(kind, type) and issubclass(kind, PoseOptions)):
        return f"found options_type = {kind!r:.80}, expected a sub-class of PoseOptions"
    if abstract := sorted(getattr(part, "__abstractmethods__", ())):
        return f"lacks {', '.join(abstract)}"
    return None


ESTIMATORS: Family[PoseEstimator] = Family("pose estimator", SHIPPED, _problem)
"""All estimators by name; another package adds its own in the group `skelshot.pose_estimators`."""


def estimator_named(name: str, **options: object) -> PoseEstimator:
    """Make a pose estimator.

    Args:
        name: A name of `ESTIMATORS`, such as `litert`.
        options: The estimator's options.

    Returns:
        The estimator; nothing is loaded before it begins a video.

    Raises:
        SkelshotError: Unknown name, an option that the estimator does not have or a bad value,
            or it is one from outside that does not work.

    Example:
        >>> estimator_named("litert", model="lite").name
        'litert'
    """
    kind = ESTIMATORS.named(name, "--backend")
    with ESTIMATORS.telling(kind.name):
        return kind.from_options(options)
