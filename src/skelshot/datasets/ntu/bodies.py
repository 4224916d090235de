"""From the tracked bodies of an NTU RGB+D file to the persons of a clip.

A file may list more tracks than there are people: shadows and furniture, or one person again under
another number. `denoise` keeps the tracks that are people, `share_out` joins them into persons, and
`assemble` lays these out as a clip.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from skelshot.datasets.checks import presence_of
from skelshot.datasets.clips import BadClip
from skelshot.datasets.ntu.parse import RawBody, RawClip
from skelshot.ground.options import Options
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.skeletons.sensor_layouts import KINECT_COLOUR
from skelshot.skeletons.sequence import BoolArray, FloatArray, IntArray, SkeletonSequence

_SURENESS = (np.arange(256) / np.float32(2)).clip(0, 1).astype(np.float32)
"""Confidence of each tracking state: not tracked, inferred, tracked."""

Denoise = Literal["ctr-gcn", "none"]
"""Which tracks are kept: those that pass CTR-GCN's filters, or simply those that move most."""

Legacy = Literal["time-shift", "sum-zero", "second-hull", "empty-second"]
"""Flaws of the public CTR-GCN pipeline that can be asked for; see `BodyOptions.legacy`."""

EVERY_LEGACY: tuple[Legacy, ...] = ("time-shift", "sum-zero", "second-hull", "empty-second")
"""All of them: what the public scripts do to the letter."""


class BodyOptions(Options):
    """Options by which bodies become persons; the defaults are CTR-GCN's rules without their flaws.

    Rules and numbers are those of the public CTR-GCN preprocessing for NTU RGB+D, which the
    method's paper uses.

    Args:
        denoise: "ctr-gcn" filters tracks by length and spread when a file has more than one,
            and joins what is left into `persons` persons by motion; "none" makes the tracks
            with the most motion the persons, one track each.
        legacy: Flaws to reproduce. "time-shift": a body that goes and comes back is pulled to
            the end of its first part, as if it had never left. "sum-zero": somebody is missing
            in a frame whose coordinates add up to exactly 0. "second-hull": further persons
            count as seen in the first frame although they are not, which makes tracks
            overlap that do not. "empty-second": a clip of several tracks that are all one
            person keeps a second person who is never present.
        noise_length: Tracks of at most this many frames are noise.
        spread_ratio: A frame is odd when the body is wider than this times its height.
        spread_share: Tracks with at least this share of odd frames are noise.
        motion_filter: Also drop tracks other than the liveliest whose motion is outside
            `motion_range`. The public code has this filter and never calls it.
        motion_range: Least and most motion in square metres.
        persons: Most persons in a clip.

    Raises:
        SkelshotError: A value is out of range or unknown.

    Example:
        >>> BodyOptions(legacy=("time-shift",)).noise_length
        11
    """

    described: ClassVar[str] = "bodies"

    denoise: Denoise = "ctr-gcn"
    legacy: tuple[Legacy, ...] = ()
    noise_length: int = Field(default=11, ge=0)
    spread_ratio: float = Field(default=0.8, gt=0)
    spread_share: float = Field(default=0.69754, gt=0, le=1)
    motion_filter: bool = False
    motion_range: tuple[float, float] = (0.089925, 2.0)
    persons: int = Field(default=2, ge=1, le=6)


@dataclass(frozen=True, eq=False)
class Part:
    """A track with its place in the clip.

    Args:
        body: The track, n frames.
        rows: The clip's rows (n,) that it fills, rising, at least one.
    """

    body: RawBody
    rows: IntArray

    @property
    def first(self) -> int:
        """The first row."""
        return int(self.rows[0])

    @property
    def last(self) -> int:
        """The last row."""
        return int(self.rows[-1])


def assemble(raw: RawClip, options: BodyOptions) -> SkeletonSequence:
    """Turn what a file says into a clip: filter its tracks and join them into persons.

    Persons are ordered by motion. Coordinates stay as read (metres, camera space). A person is
    present in the frames in which one of their tracks is listed with any coordinate that is not
    zero. Frames with nobody are left out, and `frame_index` keeps the file's numbers.

    Args:
        raw: All bodies of a file, with the frames in which they occur.
        options: What is filtered, how tracks are joined, and which old flaws are reproduced.

    Returns:
        The clip: joints (M, T, 25, 3), M from 1 to `options.persons`; `pixels` (M, T, 25, 2)
        from the colour columns, zero for absent persons and NaN where the file has NaN;
        `confidence` (M, T, 25): 1 for tracked joints, 0.5 for inferred ones, 0 for others.

    Raises:
        BadClip: No body is listed in any frame, or all coordinates are zero.

    Example:
        >>> body = RawBody(
        ...     7, np.array([0, 1, 3]), np.ones((3, 25, 3), np.float32),
        ...     np.ones((3, 25, 2), np.float32), np.full((3, 25), 2, np.uint8),
        ... )
        >>> clip = assemble(RawClip(5, (body,)), BodyOptions())
        >>> clip.joints.shape, clip.frame_index.tolist()
        ((1, 3, 25, 3), [0, 1, 3])
    """
    if not raw.bodies:
        raise BadClip(f"found no body in any of {raw.frames} frames, expected at least one")
    if len(raw.bodies) == 1:
        clip = _alone(raw.bodies[0], "sum-zero" in options.legacy)
    else:
        clip = _together(raw, options)
    if not clip.present.any():
        raise BadClip("all coordinates are zero: no skeleton was recorded")
    return clip


def denoise(bodies: Sequence[RawBody], options: BodyOptions) -> list[RawBody]:
    """Keep the tracks that are people, the liveliest first.

    Args:
        bodies: At least one track, in the order of the file.
        options: Thresholds. With `denoise="none"` the tracks are only sorted.

    Returns:
        At least one track, by falling motion, equals in the order of the file. If all tracks
        are too short, the longest is kept.

    Example:
        >>> one = RawBody(
        ...     7, np.arange(4), np.zeros((4, 25, 3), np.float32),
        ...     np.zeros((4, 25, 2), np.float32), np.full((4, 25), 2, np.uint8),
        ... )
        >>> [body.body_id for body in denoise([one], BodyOptions())]
        [7]
    """
    if options.denoise == "none":
        return sorted(bodies, key=lambda body: -motion_of(body.joints))
    long = [body for body in bodies if len(body.frame_index) > options.noise_length]
    if len(long) < 2:
        return [max(bodies, key=lambda body: len(body.frame_index))]
    low, high = options.motion_range if options.motion_filter else (0, np.inf)
    tracks = sorted(_without_wide(long, options), key=lambda track: -track[1])
    rest = [body for body, motion in tracks[1:] if low <= motion <= high]
    return [tracks[0][0], *rest]


def share_out(parts: Sequence[Part], persons: int, from_zero: bool = False) -> list[list[Part]]:
    """Give each track to the first person whose time it does not overlap.

    Tracks come in order of their motion, so the liveliest is person 1 and the others are parts
    of person 1 if they lie before or after, else of person 2, and so on; a track that fits
    nobody is left out. A person's time runs from the first to the last row of their tracks,
    whatever lies between, and one shared row is no overlap: the later track fills it. This is
    CTR-GCN's rule for two persons.

    Args:
        parts: Tracks by falling motion.
        persons: Most persons.
        from_zero: Let the time of persons after the first begin at row 0, as the public code
            does; else it begins with their first track.

    Returns:
        The tracks of each person who has any, in the order in which they are laid down.

    Example:
        >>> import numpy as np
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> def track(start, end):
        ...     n = end - start
        ...     return Part(
        ...         RawBody(
        ...             start, np.arange(start, end), np.zeros((n, 25, 3), np.float32),
        ...             np.zeros((n, 25, 2), np.float32), np.zeros((n, 25), np.uint8),
        ...         ),
        ...         np.arange(start, end),
        ...     )
        >>> shared = share_out([track(20, 40), track(25, 45), track(0, 18)], 2)
        >>> [[part.first for part in own] for own in shared]
        [[20, 0], [25]]
    """
    owned: list[list[Part]] = []
    times: list[tuple[int, int]] = []
    for part in parts:
        for person, (first, last) in enumerate(times):
            if min(last, part.last) - max(first, part.first) <= 0:
                owned[person].append(part)
                times[person] = min(first, part.first), max(last, part.last)
                break
        else:
            if len(owned) < persons:
                first = 0 if from_zero and owned else part.first
                owned.append([part])
                times.append((first, part.last))
    return owned


def motion_of(joints: FloatArray) -> float:
    """Measure how much a body moves and how large it is: the variance of all its joints.

    The variance over frames and joints together, added over x, y and z, as CTR-GCN's
    preprocessing has it.

    Args:
        joints: Coordinates (n, V, 3) in metres.

    Returns:
        Square metres, 0 without any joint; joints that are not finite are left out.

    Example:
        >>> motion_of(np.array([[[0.0, 1.0, 0.0], [2.0, 1.0, 0.0]]], np.float32))
        1.0
    """
    axes = np.ascontiguousarray(joints.reshape(-1, joints.shape[-1]).T)
    if not axes.size:
        return 0.0
    with np.errstate(all="ignore"):
        motion = float(axes.var(axis=1).sum())
        if np.isfinite(motion):
            return motion
        known = axes[:, np.isfinite(axes).all(axis=0)].astype(np.float64)
        return float(known.var(axis=1).sum()) if known.size else 0.0


def upright_frames(joints: FloatArray, ratio: float) -> BoolArray:
    """Tell the frames in which a body has the outline of a person.

    Args:
        joints: Coordinates (n, V, 3), y up.
        ratio: The most width for each unit of height.

    Returns:
        (n,) whether the extent along x is at most `ratio` times that along y; False where a
        coordinate is NaN.

    Example:
        >>> wide = np.array([[[0, 0, 0], [2, 1, 0]], [[0, 0, 0], [1, 2, 0]]], np.float32)
        >>> upright_frames(wide, 0.8).tolist()
        [False, True]
    """
    with np.errstate(all="ignore"):
        outline = np.ascontiguousarray(joints[..., :2].transpose(1, 2, 0))
        width, height = outline.max(axis=0) - outline.min(axis=0)
        upright: BoolArray = width <= ratio * height.astype(np.float64)
    return upright


def _without_wide(bodies: Sequence[RawBody], options: BodyOptions) -> list[tuple[RawBody, float]]:
    """Drop tracks that are mostly wider than people, never the last; measure the others."""
    kept = []
    left = len(bodies)
    for body in bodies:
        motion = motion_of(body.joints)
        if left > 1:
            upright = upright_frames(body.joints, options.spread_ratio)
            odd = len(upright) - int(np.count_nonzero(upright))
            if odd / len(upright) >= options.spread_share:
                left -= 1
                continue
            if odd:
                motion = min(motion, motion_of(body.joints[upright]))
        kept.append((body, motion))
    return kept


def _alone(body: RawBody, as_listed: bool) -> SkeletonSequence:
    """Return the clip of a file with one track, which nothing filters."""
    seen = _seen(body)
    kept = slice(None) if as_listed or seen.all() else seen
    frame_index = body.frame_index[kept]
    return SkeletonSequence(
        body.joints[np.newaxis, kept],
        np.ones((1, len(frame_index)), bool),
        KINECT_V2,
        frame_index,
        _SURENESS[body.states[np.newaxis, kept]],
        body.colour[np.newaxis, kept],
        KINECT_COLOUR,
    )


def _together(raw: RawClip, options: BodyOptions) -> SkeletonSequence:
    """Return the clip of a file with several tracks."""
    listed = np.flatnonzero(np.bincount(np.concatenate([one.frame_index for one in raw.bodies])))
    bodies = denoise(raw.bodies, options)
    parts = [Part(body, np.searchsorted(listed, body.frame_index)) for body in bodies]
    if "time-shift" in options.legacy:  # closed up to be without gaps
        parts = [Part(part.body, part.first + np.arange(len(part.rows))) for part in parts]
    if options.denoise == "none":
        persons = [[part] for part in parts[: options.persons]]
    else:
        persons = share_out(parts, options.persons, "second-hull" in options.legacy)
    if "empty-second" in options.legacy and len(parts) > 1:
        persons += [[]] * (options.persons - len(persons))
    return _laid_down(persons, listed, "sum-zero" in options.legacy)


def _laid_down(persons: list[list[Part]], listed: IntArray, sum_zero: bool) -> SkeletonSequence:
    """Lay each person's tracks into arrays and leave out the frames with nobody."""
    shape = len(persons), len(listed), KINECT_V2.num_joints
    joints, colour = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 2), np.float32)
    sureness, present = np.zeros(shape, np.float32), np.zeros(shape[:2], bool)
    for person, parts in enumerate(persons):
        for part in parts:
            joints[person, part.rows] = part.body.joints
            colour[person, part.rows] = part.body.colour
            sureness[person, part.rows] = _SURENESS[part.body.states]
            present[person, part.rows] = _seen(part.body)
    there = present.any(axis=0)
    if sum_zero:
        flat = joints.reshape(*shape[:2], -1)
        present = np.not_equal(flat.sum(axis=2), 0)
        there = np.not_equal(np.hstack(list(flat)).sum(axis=1), 0)
    for array in (joints, colour, sureness):
        array[~present] = 0
    kept = slice(None) if there.all() else there
    return SkeletonSequence(
        joints[:, kept],
        present[:, kept],
        KINECT_V2,
        listed[kept],
        sureness[:, kept],
        colour[:, kept],
        KINECT_COLOUR,
    )


def _seen(body: RawBody) -> BoolArray:
    """Tell the frames (n,) of a track in which any coordinate is not zero."""
    root = body.joints[:, KINECT_V2.root, 0]
    if root.all():  # no need to look at the others
        return np.ones(len(root), bool)
    seen: BoolArray = presence_of(body.joints[np.newaxis])[0]
    return seen
