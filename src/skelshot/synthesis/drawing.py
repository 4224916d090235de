"""From a performance to shapes: dressed people, the things they hold, and furniture."""

from collections.abc import Iterator

import numpy as np

from skelshot.rendering import shapes as drawn
from skelshot.rendering.bodies import body_shapes
from skelshot.rendering.heads import outfit_for
from skelshot.rendering.shapes import Shapes, capsule, join, solid
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.objects import ObjectKind, kind_of
from skelshot.synthesis.performance import ObjectTrack, Performance

LEAST_PIXELS = 3.0
"""How large every part of a thing that is held is drawn at least; a pen would vanish."""

SMALL, LARGER = 0.3, 1.3
"""Things that are held and have no part of more than `SMALL` metres are drawn `LARGER`."""

BIAS = 0.05
"""Metres by which things are nearer to the camera than they are, so that hands do not hide them."""

_SOLIDS = {"box": drawn.Primitive.BOX, "sphere": drawn.Primitive.BALL, "disc": drawn.Primitive.DISC}

_ALONG = {  # rotations that bring own y to the axis of a capsule or disc
    "x": np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    "y": np.eye(3),
    "z": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
}


def scene_of(performance: Performance) -> Shapes:
    """Return everything there is to draw of a performance, in the world.

    The things are in the pictures only: the skeleton knows nothing of them.

    Args:
        performance: M people over T frames, with their things and furniture.

    Returns:
        Shapes over T frames.
    """
    groups = [
        body_shapes(
            joints,
            KINECT_V2,
            outfit_for("performer", performer.number, colours=performer.colours),
            girth=performer.girth,
            gaze=None if performance.gaze is None else performance.gaze[person],
        )
        for person, (joints, performer) in enumerate(
            zip(performance.joints, performance.performers, strict=True)
        )
    ]
    for track in performance.furniture:
        groups += thing_shapes(track)
    for track in performance.objects:
        kind = kind_of(track.kind)
        small = max(length for part in kind.parts for length in part.size) <= SMALL
        for shape in thing_shapes(track, kind, LARGER if small else 1.0):
            shape.least[:], shape.bias[:] = LEAST_PIXELS, BIAS
            groups.append(shape)
    return join(groups)


def thing_shapes(
    track: ObjectTrack, kind: ObjectKind | None = None, scale: float = 1.0
) -> Iterator[Shapes]:
    """Return the parts of a thing, where its track says.

    Args:
        track: Where it is in T frames, and what.
        kind: What it looks like; the track's kind in `objects.yaml` unless told.
        scale: Factor on its sizes.

    Yields:
        Each part's shape over T frames.

    Example:
        >>> still = np.zeros((4, 3)), np.tile(np.eye(3), (4, 1, 1)), np.ones(4, bool)
        >>> len(list(thing_shapes(ObjectTrack("mine", "camera", *still))))
        2
    """
    for part in (kind or kind_of(track.kind)).parts:
        centre = track.place + track.turn @ (scale * np.array(part.at))
        turn = track.turn @ _ALONG[part.axis]
        if part.shape == "capsule":
            radius = scale * part.size[0] / 2
            reach = max(scale * part.size[1] / 2 - radius, 0.0) * turn[..., 1]
            ends = (centre - reach, centre + reach)
            yield capsule(*ends, radius, part.colour, shown=track.shown, shadow=0.25)
            continue
        full = part.size if len(part.size) == 3 else (part.size[0], part.size[-1], part.size[0])
        x, y, z = (scale * length / 2 for length in full)
        shape = _SOLIDS[part.shape]
        yield solid(shape, centre, turn, (x, y, z), part.colour, shown=track.shown, shadow=0.3)
