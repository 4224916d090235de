"""A clothed body around a skeleton of any layout."""

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.rendering.heads import Outfit, head_shapes
from skelshot.rendering.shapes import Shapes, capsule, join
from skelshot.skeletons.layouts import KINECT_V2, SkeletonLayout
from skelshot.skeletons.mappings import mapping_matrix

Array = NDArray[np.float64]

_ADULT = 1.15
"""Trunk, thigh and shank of a grown body together, in metres; thicknesses below fit it."""

_STRIPE = 0.09
"""Period of a striped top in metres."""


def body_shapes(
    joints: NDArray[np.floating],
    layout: SkeletonLayout,
    outfit: Outfit,
    *,
    girth: float = 1.0,
    shown: NDArray[np.bool_] | None = None,
    gaze: Array | None = None,
) -> Shapes:
    """Put flesh and clothes on a moving skeleton.

    Joints that the layout lacks are made as `skelshot.skeletons.mappings` makes them, or left out
    (thumbs), or stretched from their limb (feet, hands). A frame with unknown coordinates leaves
    out what hangs on them.

    Args:
        joints: Positions (T, V, 3), metres, in a right-handed world with y up.
        layout: Names the V joints.
        outfit: Clothes and hair.
        girth: Factor on all thicknesses.
        shown: In which frames the person is there (T,), or always.
        gaze: Where the face points (T, 3), unit vectors; else it follows nose and ears if the
            layout has them, or the shoulders.

    Returns:
        About 40 shapes over T frames.

    Raises:
        SkelshotError: The joints are not (T, V, 3) for the layout.

    Example:
        >>> from skelshot.rendering.heads import outfit_for
        >>> joints = np.random.default_rng(0).normal(size=(4, 25, 3))
        >>> body_shapes(joints, KINECT_V2, outfit_for(1)).frames
        4
    """
    if joints.ndim != 3 or joints.shape[1:] != (layout.num_joints, 3):
        raise SkelshotError(
            f"joints: found shape {joints.shape}, expected (frames, {layout.num_joints}, 3) for "
            f"the layout {layout.name!r}"
        )
    there = np.ones(len(joints), bool) if shown is None else shown
    body = _Body(joints.astype(np.float64), layout, outfit, girth, there)
    parts = [*body.trunk(), *body.arm("left"), *body.arm("right")]
    parts += [*body.leg("left"), *body.leg("right"), *body.head(gaze)]
    return join(parts)


class _Body:
    """One person's joints by name, and what hangs on them."""

    def __init__(
        self,
        joints: Array,
        layout: SkeletonLayout,
        outfit: Outfit,
        girth: float,
        shown: NDArray[np.bool_],
    ) -> None:
        self.source, self.layout = joints, layout
        self.outfit, self.shown = outfit, shown
        self.weights, self.measured = mapping_matrix(layout, KINECT_V2)
        base, top = self.at("spine base"), self.at("spine shoulder")
        legs = sum(
            np.linalg.norm(self.at(f"{side} {above}") - self.at(f"{side} {below}"), axis=-1)
            for side in ("left", "right")
            for above, below in (("hip", "knee"), ("knee", "ankle"))
        )
        lengths = np.linalg.norm(top - base, axis=-1) + 0.5 * legs
        known = lengths[shown & np.isfinite(lengths)]
        stature = float(np.median(known)) if len(known) else _ADULT
        self.size = float(np.clip(stature / _ADULT, 0.7, 1.15))
        self.thick = self.size * girth
        self.up = _unit(top - base, (0, 1, 0))
        self.left = _unit(self.at("left shoulder") - self.at("right shoulder"), (-1, 0, 0))
        self.left_hip = _unit(self.at("left hip") - self.at("right hip"), (-1, 0, 0))
        self.front = _unit(np.cross(self.left, self.up), (0, 0, -1))

    def at(self, joint: str) -> Array:
        """Return a joint of Kinect v2 (T, 3), made of the layout's own."""
        row = self.weights[KINECT_V2.index(joint)]
        used = np.flatnonzero(row)
        place: Array = np.einsum("tvc,v->tc", self.source[:, used], row[used].astype(np.float64))
        return place

    def same(self, one: str, other: str) -> bool:
        """Tell whether two joints of Kinect v2 are one in the layout."""
        first, second = (self.weights[KINECT_V2.index(name)] for name in (one, other))
        return bool((first == second).all())

    def limb(
        self,
        start: Array,
        end: Array,
        radii: tuple[float, float],
        colour: tuple[float, float, float],
        *,
        shadow: float = 0.0,
        striped: float | None = None,
        core: Array | None = None,
    ) -> Shapes:
        """Return a capsule; `striped` is where its stripes begin, in metres."""
        first, last = radii
        return capsule(
            start,
            end,
            (self.thick * first, self.thick * last),
            colour,
            shown=self.shown,
            shadow=shadow,
            core=core,
            stripes=self.outfit.stripes if striped is not None else None,
            period=(
                (_STRIPE * self.size, striped)
                if striped is not None and self.outfit.stripes
                else (0.0, 0.0)
            ),
        )

    def trunk(self) -> list[Shapes]:
        """Return chest, waist, shoulders, hips and neck."""
        s, top, trousers = self.size, self.outfit.top, self.outfit.trousers
        neck = self.at("spine shoulder")
        middle, base = self.at("spine mid"), self.at("spine base")
        chest = neck - 0.075 * s * self.up
        waist_left = _unit(self.left + self.left_hip, (-1, 0, 0))
        upper = float(np.nanmedian(np.linalg.norm(middle - chest, axis=-1)))
        shapes = []
        for side in (-1.0, 0.0, 1.0):  # three capsules side by side, shaded as one
            aside = side * 0.065 * self.thick * waist_left
            rib = chest + side * 0.075 * self.thick * self.left
            waist = middle + side * 0.058 * self.thick * waist_left
            hip = base + side * 0.056 * self.thick * self.left_hip + 0.03 * s * self.up
            deep = 1.04 if side == 0 else 0.94
            dark = 0.42 if side == 0 else 0.0
            above, below = (0.102 * deep, 0.094 * deep), (0.094 * deep, 0.097 * deep)
            shapes += [
                self.limb(rib, waist, above, top, shadow=dark, striped=0.0, core=aside),
                self.limb(waist, hip, below, top, striped=upper, core=aside),
            ]
        across = 0.018 * self.thick * self.left_hip
        shapes.append(
            self.limb(
                self.at("left hip") + across - 0.01 * s * self.up,
                self.at("right hip") - across - 0.01 * s * self.up,
                (0.092, 0.092),
                trousers,
                shadow=0.42,
            )
        )
        for shoulder in (self.at("left shoulder"), self.at("right shoulder")):
            shapes.append(self.limb(shoulder, neck - 0.03 * s * self.up, (0.058, 0.072), top))
        throat = self.at("head") - 0.05 * s * self.up
        shapes.append(
            self.limb(neck - 0.01 * s * self.up, throat, (0.055, 0.050), self.outfit.skin)
        )
        return shapes

    def arm(self, side: str) -> list[Shapes]:
        """Return sleeve, forearm, hand and thumb."""
        look, s = self.outfit, self.size
        shoulder, elbow, wrist = (
            self.at(f"{side} {name}") for name in ("shoulder", "elbow", "wrist")
        )
        along = _unit(wrist - elbow, (0, -1, 0))
        hand, tip = self.at(f"{side} hand"), self.at(f"{side} hand tip")
        if self.same(f"{side} wrist", f"{side} hand"):
            hand = wrist + 0.06 * s * along
        if not self.measured[KINECT_V2.index(f"{side} hand tip")]:
            tip = hand + 0.07 * s * along
        cuff = wrist - 0.02 * s * along
        if look.long_sleeves:
            shapes = [
                self.limb(shoulder, elbow, (0.056, 0.047), look.top, shadow=0.22, striped=0.0),
                self.limb(elbow, cuff, (0.047, 0.036), look.top, shadow=0.2, striped=0.0),
            ]
        else:
            hem = shoulder + 0.62 * (elbow - shoulder)
            shapes = [
                self.limb(shoulder, hem, (0.058, 0.054), look.top, striped=0.0),
                self.limb(shoulder, elbow, (0.048, 0.041), look.skin, shadow=0.22),
                self.limb(elbow, cuff, (0.041, 0.031), look.skin, shadow=0.2),
            ]
        shapes += [
            self.limb(wrist, hand, (0.032, 0.043), look.skin, shadow=0.15),
            self.limb(hand, tip, (0.041, 0.024), look.skin),
        ]
        if self.measured[KINECT_V2.index(f"{side} thumb")]:
            shapes.append(self.limb(hand, self.at(f"{side} thumb"), (0.024, 0.019), look.skin))
        return shapes

    def leg(self, side: str) -> list[Shapes]:
        """Return thigh, shank and shoe."""
        look, s = self.outfit, self.size
        hip, knee, ankle = (self.at(f"{side} {name}") for name in ("hip", "knee", "ankle"))
        outward = 0.022 * self.thick * (1 if side == "left" else -1) * self.left_hip
        foot = self.at(f"{side} foot")
        if self.same(f"{side} ankle", f"{side} foot"):
            down = _unit(ankle - knee, (0, -1, 0))
            foot = ankle + 0.04 * s * down + 0.12 * s * self.front
        toe = _unit(foot - ankle, (0, 0, -1))
        heel = ankle - 0.035 * s * toe + 0.02 * s * _unit(ankle - knee, (0, -1, 0))
        cloth = look.skin if look.shorts else look.trousers
        thick = (0.055, 0.041) if look.shorts else (0.061, 0.052)
        return [
            self.limb(hip + outward, knee, (0.092, 0.066), look.trousers, shadow=0.35),
            self.limb(knee, ankle, thick, cloth, shadow=0.35),
            self.limb(heel, foot + 0.055 * s * toe, (0.050, 0.036), look.shoes, shadow=0.55),
        ]

    def head(self, gaze: Array | None) -> list[Shapes]:
        """Return the head, upright on the neck and turned to where it looks."""
        centre = self.at("head")
        upright = _unit(centre - self.at("spine shoulder"), (0, 1, 0))
        front = self.front
        names = self.layout.joints
        if gaze is not None:
            front = gaze
        elif "nose" in names and "left ear" in names:
            ears = [self.source[:, names.index(f"{side} ear")] for side in ("left", "right")]
            front = self.source[:, names.index("nose")] - 0.5 * (ears[0] + ears[1])
        # A gaze is exact; without one the head keeps the tilt of the neck.
        if gaze is not None:
            front = _unit(front, (0, 0, -1))
            left = _unit(np.cross(upright, front), (-1, 0, 0))
            upright = np.cross(front, left)
        else:
            left = _unit(np.cross(upright, front), (-1, 0, 0))
            front = np.cross(left, upright)
        axes = np.stack([left, upright, front], axis=-1)
        return head_shapes(centre, axes, self.size, self.outfit, self.shown)


def _unit(vectors: Array, instead: tuple[float, float, float]) -> Array:
    """Return unit vectors (T, 3), and `instead` where there is no direction."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(length > 1e-9, vectors / length, np.array(instead, np.float64))
