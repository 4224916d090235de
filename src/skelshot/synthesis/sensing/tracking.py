"""Tracking errors at hidden joints: states, inferred poses, swapped and collapsed limbs."""

import numpy as np
from numpy.typing import NDArray

from skelshot.ground.compiled import compiled
from skelshot.synthesis.performance import Array, BoolArray
from skelshot.synthesis.sensing.body_tree import (
    LEFT_ARM,
    LEFT_LEG,
    OUTWARD,
    PARENTS,
    RIGHT_ARM,
    RIGHT_LEG,
    per_joint,
)
from skelshot.synthesis.sensing.noise import side_cosine
from skelshot.synthesis.sensing.sensor_model import SensorModel

NOT_TRACKED, INFERRED, TRACKED = 0, 1, 2
"""Kinect's tracking states of a joint."""

_BURN_IN = 30

# Directions of bones at rest in the body's own axes (left, up, forward), by joint at the bone's
# end: arms and legs hang down (ours). Other joints are drawn to where they truly are.
_REST = np.zeros((25, 3))
for _joints, _side in ((LEFT_ARM, 1.0), (RIGHT_ARM, -1.0)):
    _REST[list(_joints[1:])] = 0.15 * _side, -1.0, 0.15
_REST[[13, 14, 17, 18]] = 0.0, -1.0, 0.0
_REST[[15, 19]] = 0.0, -0.6, 0.8
_REST /= np.maximum(np.linalg.norm(_REST, axis=1, keepdims=True), 1e-9)


def tracking_states(
    seen: NDArray[np.uint8],
    crowded: BoolArray,
    bent: Array,
    model: SensorModel,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Draw each joint's tracking state: a two-state chain driven by what hides the joint.

    Args:
        seen: Exposure (T, 25), as `occlusion.exposure` gives it, 4 where out of the picture.
        crowded: Whether another person is near (T,).
        bent: How far the person is bent (T,), of `noise.bending`.
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        States (T, 25): 2 tracked, 1 inferred, rarely 0 not tracked.
    """
    states = np.empty(seen.shape, np.uint8)
    drawn = rng.random((len(seen) + _BURN_IN, 25, 2), dtype=np.float32)
    _states(
        seen,
        np.where(crowded, model.crowding, 1.0),
        bent[:, None] * per_joint(model.bending_inferred),
        drawn,
        per_joint(model.becomes_inferred),
        np.array([model.long_run_share, (model.short_run_ends, model.long_run_ends)]),
        states,
    )
    states[rng.random(seen.shape, dtype=np.float32) < model.not_tracked_rate] = NOT_TRACKED
    return states


@compiled
def _states(
    seen: NDArray[np.uint8],
    factors: Array,
    added: Array,
    drawn: NDArray[np.float32],
    chances: Array,
    runs: Array,
    states: NDArray[np.uint8],
) -> None:  # pragma: no cover - compiled
    before = len(drawn) - len(seen)
    for j in range(25):
        kind = 0  # 0 tracked, 1 a short run of inferred frames, 2 a long one
        for step in range(len(drawn)):
            t = max(step - before, 0)
            cause = seen[t, j]
            first, second = drawn[step, j, 0], drawn[step, j, 1]
            if kind == 0 or cause == 4:
                if first < factors[t] * chances[j, cause] + added[t, j]:
                    kind = 2 if second < runs[0, min(cause // 2, 1)] else 1
            elif first < runs[1, kind - 1]:
                kind = 0
            states[t, j] = 2 if kind == 0 else 1


def infer_poses(
    joints: Array, states: NDArray[np.uint8], model: SensorModel, rng: np.random.Generator
) -> Array:
    """Let inferred joints drift towards a pose of rest, their children with them.

    Args:
        joints: True camera coordinates (T, 25, 3), metres.
        states: Tracking states (T, 25).
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        Displacements (T, 25, 3), metres; zero for tracked joints with tracked parents.
    """
    moved = np.zeros_like(joints)
    frames = _body_axes(joints)
    drawn = rng.standard_normal(joints.shape, dtype=np.float32)
    _infer(
        joints, states, frames, drawn, OUTWARD, PARENTS, _REST,
        np.array([
            model.rest_pull, model.rest_share, model.motion_kept, model.inferred_wander / 1000,
            *model.carry,
        ]),
        moved,
    )  # fmt: skip
    return moved


@compiled
def _infer(
    joints: Array,
    states: NDArray[np.uint8],
    frames: Array,
    drawn: NDArray[np.float32],
    order: NDArray[np.int64],
    parents: NDArray[np.int64],
    rest: Array,
    numbers: Array,
    moved: Array,
) -> None:  # pragma: no cover - compiled
    pull, rest_share, kept, wander, carry_inferred, carry_tracked = numbers
    offset, bone = np.zeros(3), np.zeros(3)
    for i in range(1, 25):
        j = order[i]
        p = parents[j]
        has_rest = rest[j, 1] != 0.0
        for t in range(len(joints)):
            length = 0.0
            for c in range(3):
                bone[c] = joints[t, j, c] - joints[t, p, c]
                length += bone[c] ** 2
            length = np.sqrt(length)
            inferred = states[t, j] < 2
            carry = carry_inferred if inferred else carry_tracked
            if not inferred or t == 0:
                offset[:] = bone
            else:
                size = 0.0
                for c in range(3):
                    goal = bone[c]
                    if has_rest:
                        hang = 0.0
                        for a in range(3):
                            hang += frames[t, a, c] * rest[j, a]
                        goal += rest_share * (length * hang - bone[c])
                    before = joints[t - 1, j, c] - joints[t - 1, p, c]
                    offset[c] += kept * (bone[c] - before)
                    offset[c] += pull * (goal - offset[c]) + wander * drawn[t, j, c]
                    size += offset[c] ** 2
                # Keep the bone within a fifth of its length.
                size = np.sqrt(size) + 1e-9
                fit = min(max(size, 0.8 * length), 1.2 * length) / size
                for c in range(3):
                    offset[c] *= fit
            for c in range(3):
                moved[t, j, c] = offset[c] - bone[c] + carry * moved[t, p, c]


def _body_axes(joints: Array) -> Array:
    """The body's own left, up and forward in every frame (T, 3, 3), as rows."""
    up = joints[:, 20] - joints[:, 0]
    up = up / np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    left = joints[:, 4] - joints[:, 8]
    left = left - up * np.einsum("tc,tc->t", left, up)[:, None]
    left /= np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9)
    axes: Array = np.stack([left, up, np.cross(left, up)], axis=1)
    return axes


def confuse_sides(joints: Array, model: SensorModel, rng: np.random.Generator) -> Array:
    """Let limbs collapse onto each other or swap while a person stands sideways.

    Args:
        joints: Camera coordinates (T, 25, 3), metres.
        model: The sensor.
        rng: Where chance comes from.

    Returns:
        Coordinates (T, 25, 3): the same array when nothing happened.
    """
    cosine = side_cosine(joints)
    sideways = np.abs(cosine) > model.side_view
    # Drawn whether used or not, so that other draws do not depend on the view.
    starts = rng.random((4, len(joints)))
    shares = rng.uniform(*model.collapse_share, size=(2, len(joints)))
    lengths = rng.random((4, len(joints)))
    if not sideways.any():
        return joints
    confused = joints.copy()
    for limb, (left, right) in enumerate(((LEFT_ARM, RIGHT_ARM), (LEFT_LEG, RIGHT_LEG))):
        for t in np.flatnonzero(sideways & (starts[limb] < model.collapse_rate)):
            while_lost = slice(t, t + _length(lengths[limb, t], model.collapse_frames))
            far, near = (right, left) if cosine[t] > 0 else (left, right)
            there, here = confused[while_lost, list(far)], joints[while_lost, list(near)]
            confused[while_lost, list(far)] = there + shares[limb, t] * (here - there)
        for t in np.flatnonzero(sideways & (starts[limb + 2] < model.swap_rate)):
            swapped = slice(t, t + _length(lengths[limb + 2, t], model.swap_frames))
            both, other = list(left + right), list(right + left)
            confused[swapped, both] = confused[swapped, other]
    return confused


def _length(chance: float, mean: float) -> int:
    """A geometric length of at least 1 from one uniform number."""
    return 1 + int(np.log1p(-chance) / np.log1p(-1 / mean)) if mean > 1 else 1
