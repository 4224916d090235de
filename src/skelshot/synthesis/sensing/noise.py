"""Errors of joint positions: jitter, slow errors, wander and bias, jumps, feet that flip."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from skelshot.ground.compiled import compiled
from skelshot.synthesis.performance import FRAMES_A_SECOND, Array, BoolArray
from skelshot.synthesis.sensing.body_tree import OUTWARD, PARENTS, per_joint
from skelshot.synthesis.sensing.sensor_model import SensorModel

REFERENCE_DEPTH = 3.8
"""Metres at which the jitter of the table was measured."""


def speeds(joints: Array) -> Array:
    """Measure how fast joints move, over three frames.

    Args:
        joints: Positions (T, 25, 3), metres.

    Returns:
        Speeds (T, 25), metres a second.

    Example:
        >>> path = np.zeros((4, 25, 3)); path[:, :, 0] = np.arange(4)[:, None] / 30
        >>> speeds(path)[:, 0].round(6).tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    if len(joints) < 2:
        return np.zeros(joints.shape[:2])
    step = np.gradient(joints, axis=0)
    speed: Array = np.sqrt(np.einsum("tjc,tjc->tj", step, step)) * FRAMES_A_SECOND
    return speed


def bending(joints: Array, up: Array, model: SensorModel) -> Array:
    """Tell how far a person is bent.

    Args:
        joints: Positions (T, 25, 3), metres.
        up: Which way is up there (3,).
        model: The sensor.

    Returns:
        0 for an upright trunk, up to 1 for one as bent as `model.bending` says or more (T,).
    """
    spine = joints[:, 20] - joints[:, 0]
    cosine = spine @ up / np.maximum(np.linalg.norm(spine, axis=1), 1e-9)
    first, last = model.bending
    angle = np.rad2deg(np.arccos(np.clip(cosine, -1, 1)))
    bent: Array = np.clip((angle - first) / (last - first), 0, 1)
    return bent


def error_scale(
    joints: Array, inferred: BoolArray, bent: Array, model: SensorModel
) -> tuple[Array, Array]:
    """Say by how much the table's errors grow with depth, movement, inference and bending.

    Args:
        joints: True camera coordinates (T, 25, 3), metres.
        inferred: Which joints are inferred (T, 25).
        bent: How far the person is bent (T,), of `bending`.
        model: The sensor.

    Returns:
        Factors (T, 25) on quick errors and factors (T, 25) on the wander, which grows less with
        depth and movement and not at all with inference; 1 for a still, tracked joint of
        an upright body at 3.8 m.
    """
    constant, quadratic = model.depth_noise
    depth = constant + quadratic * joints[..., 2] ** 2
    depth /= constant + quadratic * REFERENCE_DEPTH**2
    square = speeds(joints) ** 2
    moving = (model.moving_factor - 1) * square / (square + model.moving_speed**2)
    quick = depth * (1 + moving) * np.where(inferred, model.inferred_factor, 1.0)
    quick *= 1 + model.bending_jitter * bent[:, None]
    smooth = np.sqrt(depth) * (1 + model.moving_wander * moving)
    return quick, smooth * (1 + model.bending_wander * bent[:, None])


def smooth_and_white(
    quick: Array, smooth: Array, bias_scale: float, model: SensorModel, rng: np.random.Generator
) -> Array:
    """Draw the errors that every joint has in every frame.

    Args:
        quick: Factors (T, 25) on jitter and AR(1) error, of `error_scale`.
        smooth: Factors (T, 25) on the wander.
        bias_scale: Factor on the constant bias, 1 in a front view.
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        Displacements (T, 25, 3) in metres: white jitter with heavy tails, an AR(1) error, a
        smooth wander and a constant bias, of which children take over a share.
    """
    frames = len(quick)
    axes = np.array([1.0, 1.0, model.z_ratio])
    errors = rng.standard_t(model.tail_freedom, (frames, 25, 3))
    errors *= per_joint(model.jitter) / _robust_sigma(model.tail_freedom)
    drawn = rng.standard_normal((3, frames + 1, 25, 3), dtype=np.float32)
    _add_slow(
        errors, drawn, per_joint(model.slow)[:, None] * axes, per_joint(model.slow_coefficient)
    )
    errors *= quick[..., None]
    lasting = np.empty_like(errors)
    lasting[:] = rng.standard_normal((25, 3)) * per_joint(model.bias)[:, None] * bias_scale
    _add_wander(
        lasting, drawn, smooth, per_joint(model.wander)[:, None] * axes, model.wander_coefficient
    )
    for joint in OUTWARD[1:]:
        lasting[:, joint] += model.handed_on * lasting[:, PARENTS[joint]]
    errors += lasting
    errors /= 1000
    return errors


@cache
def _robust_sigma(freedom: float) -> float:
    """Return 1.4826 times the upper quartile of Student's t: the table's kind of sigma."""
    return 1.4826 * float(stdtrit(freedom, 0.75))


@compiled
def _add_slow(
    errors: Array, drawn: NDArray[np.float32], sigma: Array, coefficient: Array
) -> None:  # pragma: no cover - compiled
    for j in range(errors.shape[1]):
        fresh = np.sqrt(1 - coefficient[j] ** 2)
        for c in range(3):
            value = np.float64(drawn[0, 0, j, c])
            for t in range(errors.shape[0]):
                errors[t, j, c] += sigma[j, c] * value
                value = coefficient[j] * value + fresh * drawn[0, t + 1, j, c]


@compiled
def _add_wander(
    errors: Array, drawn: NDArray[np.float32], factor: Array, sigma: Array, a: float
) -> None:  # pragma: no cover - compiled
    # Two AR(1) in a row, y' = a y + gain x, x' = a x + fresh n: smooth, and of variance 1 from the
    # first frame on, where x and y have the covariance a / sqrt(1 + a^2).
    fresh = np.sqrt(1 - a * a)
    gain = (1 - a * a) / np.sqrt(1 + a * a)
    together = a / np.sqrt(1 + a * a)
    for j in range(errors.shape[1]):
        for c in range(3):
            inner = np.float64(drawn[1, 0, j, c])
            outer = together * inner + np.sqrt(1 - together * together) * drawn[2, 0, j, c]
            for t in range(errors.shape[0]):
                errors[t, j, c] += sigma[j, c] * outer * factor[t, j]
                outer = a * outer + gain * inner
                inner = a * inner + fresh * drawn[1, t + 1, j, c]


def jumps(frames: int, model: SensorModel, rng: np.random.Generator) -> Array:
    """Draw jumps of arm joints that come back within a few frames.

    Args:
        frames: Length T of the clip.
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        Displacements (T, 25, 3), metres. Tips and thumbs go along when their hand jumps, and
        the hand goes half the way of its wrist.
    """
    moved = np.zeros((frames, 25, 3))
    rates = per_joint(model.jump_rate) * rng.lognormal(0.0, 0.5)
    sizes = per_joint(model.jump_size)
    starts, joints = np.nonzero(rng.random((frames, 25)) < rates)
    directions = rng.standard_normal((len(starts), 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    lengths = rng.integers(model.jump_frames[0], model.jump_frames[1] + 1, len(starts))
    far = sizes[joints] * rng.lognormal(0.0, model.jump_spread, len(starts))
    for start, joint, length, jump in zip(
        starts, joints, lengths, directions * far[:, None], strict=True
    ):
        moved[start : start + length, joint] = jump
    for hand, wrist, ends in ((7, 6, (21, 22)), (11, 10, (23, 24))):
        moved[:, hand] += 0.5 * moved[:, wrist]
        for end in ends:
            moved[:, end] += moved[:, hand]
    return moved


def flip_feet(joints: Array, model: SensorModel, rng: np.random.Generator) -> Array:
    """Let each foot flip between its true direction and another about the ankle.

    Args:
        joints: True camera coordinates (T, 25, 3), metres.
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        Displacements (T, 25, 3), metres; zero but for the feet.
    """
    moved = np.zeros_like(joints)
    for ankle, foot in ((14, 15), (18, 19)):
        low, high = np.log(model.foot_flip_rate)
        rate = np.exp(rng.uniform(low, high))
        other = (np.cumsum(rng.random(len(joints)) < rate) + rng.integers(2)) % 2 == 1
        # The other direction is held for shorter: the true one is the better fit.
        other &= ~(rng.random(len(joints)) < 0.3)
        angle = np.deg2rad(rng.uniform(*model.foot_flip_degrees)) * rng.choice([-1.0, 1.0])
        length = rng.uniform(0.75, 0.95)
        offset = joints[:, foot] - joints[:, ankle]
        cos, sin = np.cos(angle), np.sin(angle)
        turned = offset @ np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])
        moved[:, foot] = np.where(other[:, None], length * turned - offset, 0.0)
    return moved


def view_bias(joints: Array, model: SensorModel) -> float:
    """Say by how much the bias grows in side views.

    Args:
        joints: True camera coordinates (T, 25, 3), metres.
        model: The sensor.

    Returns:
        1 in a front view, 1 + `bias_of_side_view` in a full side view.
    """
    return 1 + model.bias_of_side_view * float(np.abs(side_cosine(joints)).mean())


def side_cosine(joints: Array) -> NDArray[np.float64]:
    """Tell how far a person stands sideways to the line of sight.

    Args:
        joints: Camera coordinates (T, 25, 3), metres.

    Returns:
        Cosine (T,) between the line from left to right shoulder and the line of sight: 0 in a
        front view, 1 when the right side is the far one, -1 when the left side is.
    """
    across = joints[:, 8] - joints[:, 4]
    sight = joints[:, 20]
    size = np.linalg.norm(across, axis=1) * np.linalg.norm(sight, axis=1)
    cosine: Array = np.einsum("tc,tc->t", across, sight) / np.maximum(size, 1e-9)
    return cosine
