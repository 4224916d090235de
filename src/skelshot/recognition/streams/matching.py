"""Matching of people from frame to frame, where the source does not say who is who."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skelshot.skeletons.layouts import SkeletonLayout
from skelshot.skeletons.sequence import FloatArray

NEAR = 0.6
"""How far a body may be, in trunks, from where it is expected, for noise and turns."""

FASTEST = 12.0
"""Trunks a second that people move at most beyond what their speed foretells: a sprint."""

_INERTIA = 0.6
"""What share of its speed a body keeps from frame to frame."""


@dataclass(eq=False)
class Body:
    """The last place of a body, and where it is going.

    Args:
        time: When it was seen.
        joints: Where, (V, C); joints that were not seen are NaN.
        size: Length of its trunk.
    """

    time: float
    joints: FloatArray
    size: float

    def __post_init__(self) -> None:
        """Begin at rest."""
        self._speed = np.zeros(self.joints.shape[-1], np.float64)

    def far_from(self, time: float, joints: FloatArray) -> float:
        """Measure how far a body is from where this one is expected.

        Args:
            time: When it is seen, in seconds.
            joints: Where, (V, C).

        Returns:
            The mean distance of the joints seen both times, as a share of how far one and the
            same body can be; infinite where no joint was.
        """
        expected = self.joints + self._speed * (time - self.time)
        apart = float(_mean(np.sqrt(np.square(joints - expected).sum(axis=-1))))
        reach = self.size * (NEAR + FASTEST * (time - self.time))
        return apart / reach if np.isfinite(apart) else np.inf

    def see(self, time: float, joints: FloatArray, size: float) -> None:
        """Note where the body is now.

        Args:
            time: When, in seconds.
            joints: Where, (V, C).
            size: Length of its trunk; not finite or 0 where it is not seen.
        """
        step = _mean((joints - self.joints).T) / (time - self.time)
        if np.isfinite(step).all():
            self._speed = _INERTIA * self._speed + (1 - _INERTIA) * step
        if np.isfinite(size) and size > 0:
            self.size = size
        self.time, self.joints = time, joints


def same_bodies(time: float, joints: FloatArray, bodies: Sequence[Body]) -> dict[int, int]:
    """Match the people in a frame to those who are followed.

    Args:
        time: The frame's.
        joints: Where they are, (M, V, C).
        bodies: Who is followed.

    Returns:
        For each place in `joints` that has a match, the place in `bodies`, each at most once, so
        that the sum of their distances is least.

    Example:
        >>> here = np.zeros((20, 3), np.float32)
        >>> bodies = [Body(0.0, here, 0.5), Body(0.0, here + 2, 0.5)]
        >>> same_bodies(0.1, np.stack([here + 2.1, here + 0.1, here - 5]), bodies)
        {0: 1, 1: 0}
    """
    if not len(joints) or not bodies:
        return {}
    far = np.array([[body.far_from(time, one) for body in bodies] for one in joints])
    # Half a second to load, which is paid where people have to be matched.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    rows, columns = linear_sum_assignment(np.minimum(far, 1e6))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {one: body for one, body in pairs if far[one, body] <= 1}


def trunk_of(joints: FloatArray, layout: SkeletonLayout) -> float:
    """Measure a body's trunk.

    Args:
        joints: Coordinates (V, C).
        layout: Names the ends of the trunk.

    Returns:
        Its length; NaN where an end is not seen.
    """
    lower, upper = (joints[list(end)].mean(axis=0) for end in layout.trunk)
    return float(np.sqrt(np.square(upper - lower).sum()))


def _mean(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Average what is finite along the last axis; NaN where nothing is."""
    finite = np.isfinite(values)
    count = finite.sum(axis=-1)
    total = np.where(finite, values, 0).sum(axis=-1, dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
