"""Looks at a performance through one Kinect v2 and writes down what that sensor would."""

import numpy as np
from numpy.typing import NDArray

from skelshot.synthesis.performance import Array, BoolArray, Performance
from skelshot.synthesis.sensing.body_fields import body_fields
from skelshot.synthesis.sensing.cameras import Kinect
from skelshot.synthesis.sensing.noise import (
    bending,
    error_scale,
    flip_feet,
    jumps,
    smooth_and_white,
    view_bias,
)
from skelshot.synthesis.sensing.occlusion import OUT_OF_PICTURE, exposure
from skelshot.synthesis.sensing.orientation import orientations
from skelshot.synthesis.sensing.sensed import SensedBody, SensedClip
from skelshot.synthesis.sensing.sensor_model import SensorModel, standard_sensor
from skelshot.synthesis.sensing.tracking import (
    INFERRED,
    confuse_sides,
    infer_poses,
    tracking_states,
)
from skelshot.synthesis.sensing.tracks import Track, tracks_of

_NEAREST_JOINT = 0.3
"""Errors bring no joint nearer to the lens than this, in metres."""


def sense(
    performance: Performance,
    sensor: Kinect,
    rng: np.random.Generator,
    model: SensorModel | None = None,
) -> SensedClip:
    """See a performance through a sensor: projections, errors, hidden joints, lost tracks.

    Args:
        performance: What happened.
        sensor: Where the sensor stands.
        rng: Where all chance comes from; the same state gives the same clip.
        model: How the sensor errs; `standard_sensor()` unless told.

    Returns:
        The clip. Every person is there in at least one frame.

    Example:
        >>> from skelshot.synthesis.sensing.cameras import kinect
        >>> body = np.zeros((1, 30, 25, 3)); body[..., 1] = np.linspace(0.1, 1.6, 25)
        >>> still = Performance(body, np.zeros((1, 30, 25), bool), ())
        >>> clip = sense(still, kinect(1, 1), np.random.default_rng(0))
        >>> clip.frames, clip.persons, clip.bodies[0].joints.shape
        (30, 1, (30, 25, 3))
    """
    model = model or standard_sensor()
    true = sensor.depth.to_camera(performance.joints)
    girths = [performer.girth for performer in performance.performers]
    seen = exposure(true, np.array(girths or [1.0] * len(true)))
    u, v, z = sensor.depth.project_camera(true)
    width, height = sensor.depth.size
    outside = ~((u >= 0) & (u < width) & (v >= 0) & (v < height) & (z > model.nearest))
    seen[outside] = OUT_OF_PICTURE
    persons = [
        _person(joints, codes, near, sensor.depth.orientation[:, 1], model, rng)
        for joints, codes, near in zip(true, seen, _crowded(true, model), strict=True)
    ]
    there = _in_range(true, outside, model)
    tracks = tracks_of(persons, there, model, rng)
    bodies = tuple(_body(track, sensor, rng) for track in tracks)
    return SensedClip(performance.frames, bodies, len(true))


def _person(
    joints: Array,
    seen: NDArray[np.uint8],
    crowded: BoolArray,
    up: Array,
    model: SensorModel,
    rng: np.random.Generator,
) -> tuple[Array, NDArray[np.uint8]]:
    """Measured joints (T, 25, 3) and states (T, 25) of one person who is never lost."""
    bent = bending(joints, up, model)
    states = tracking_states(seen, crowded, bent, model, rng)
    quick, smooth = error_scale(joints, states <= INFERRED, bent, model)
    measured = confuse_sides(joints, model, rng)
    measured = measured + infer_poses(joints, states, model, rng)
    measured += smooth_and_white(quick, smooth, view_bias(joints, model), model, rng)
    measured += jumps(len(joints), model, rng)
    measured += flip_feet(joints, model, rng)
    measured[..., 2] = np.maximum(measured[..., 2], _NEAREST_JOINT)
    return measured, states


def _crowded(joints: Array, model: SensorModel) -> BoolArray:
    """In which frames another person is near each person (M, T)."""
    spines = joints[:, :, 1]
    apart = np.linalg.norm(spines[:, None] - spines[None], axis=-1)
    apart[np.arange(len(joints)), np.arange(len(joints))] = np.inf
    near: BoolArray = apart.min(axis=0) < model.crowding_within
    return near


def _in_range(joints: Array, outside: BoolArray, model: SensorModel) -> BoolArray:
    """In which frames each person (M, T) can be tracked at all: half the body in the picture."""
    depth = joints[:, :, 1, 2]
    there: BoolArray = (
        (depth >= model.nearest) & (depth <= model.farthest) & (outside.mean(axis=2) <= 0.5)
    )
    for person in there:
        # A clip in which somebody is seen in no frame, or in one, is of no use to anybody.
        if np.count_nonzero(person) < 2:
            person[:] = True
    return there


def _body(track: Track, sensor: Kinect, rng: np.random.Generator) -> SensedBody:
    """Add what follows from the joints: pixels, orientations, the body's line."""
    u, v, _ = sensor.depth.project_camera(track.joints)
    depth = np.stack([u, v], axis=-1)
    in_colour = sensor.colour.to_camera(sensor.depth.to_world(track.joints))
    u, v, _ = sensor.colour.project_camera(in_colour)
    return SensedBody(
        body_id=track.body_id,
        person=track.person,
        frame_index=track.frame_index,
        joints=track.joints,
        depth=depth,
        colour=np.stack([u, v], axis=-1),
        orientations=orientations(track.joints),
        states=track.states,
        fields=body_fields(track.joints, depth, sensor.depth, rng),
    )
