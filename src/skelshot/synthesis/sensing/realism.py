"""Measures skeleton clips, real or synthetic, in the same way: noise, bones, speeds, lengths."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from skelshot.datasets.ntu.parse import RawBody, RawClip, parse_skeleton
from skelshot.ground import SkelshotError
from skelshot.skeletons.layout import SkeletonLayout
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.performance import FRAMES_A_SECOND, Array, BoolArray

GROUPS: Mapping[str, tuple[str, ...]] = {
    "trunk": ("spine base", "spine mid", "spine shoulder", "neck", "head"),
    **{
        name: (f"left {name}", f"right {name}")
        for name in ("shoulder", "elbow", "wrist", "hand", "hip", "knee", "ankle", "foot")
    },
    "tip": ("left hand tip", "left thumb", "right hand tip", "right thumb"),
}
"""Joints measured together, by name; those that a layout lacks are left out."""

BONES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "base to mid": (("spine base", "spine mid"),),
    "mid to shoulder": (("spine mid", "spine shoulder"),),
    "neck to head": (("neck", "head"),),
    "half shoulders": (("spine shoulder", "left shoulder"), ("spine shoulder", "right shoulder")),
    "half hips": (("spine base", "left hip"), ("spine base", "right hip")),
    **{
        name: ((f"left {a}", f"left {b}"), (f"right {a}", f"right {b}"))
        for name, a, b in (
            ("upper arm", "shoulder", "elbow"),
            ("forearm", "elbow", "wrist"),
            ("wrist to hand", "wrist", "hand"),
            ("hand to tip", "hand", "hand tip"),
            ("thigh", "hip", "knee"),
            ("shank", "knee", "ankle"),
            ("ankle to foot", "ankle", "foot"),
        )
    },
}
"""Bones measured, by name."""

SHORTEST_TRACK = 20
"""Frames: shorter tracks are counted as false bodies and not measured."""

STILL = 0.5
"""Metres a second: jitter is estimated where a joint is slower."""

_WINDOW, _WINDOW_RANGE = 20, 0.03


class Realism(BaseModel):
    """Figures of a set of clips; lengths in the units their names say.

    Args:
        clips: Number of clips.
        tracks: Number of measured tracks.
        short_tracks: Number of tracks below `SHORTEST_TRACK` frames.
        false_body_clips: Share of clips with a short track beside a measured one.
        empty_frames: Share of frames without any body.
        clip_frames: 5th, 50th and 95th percentile of clip lengths in frames.
        bones_cm: Mean length and coefficient of variation within a clip of each bone: the median
            of both over tracks and sides.
        speeds: Median and 95th percentile of each group's speed, metres a second.
        jitter_mm: Robust standard deviation along x, y, z of each group's jitter, from third
            differences of slow, tracked joints.
        still_mm: Median standard deviation along x, y, z within windows of 20 still frames.
        still_correlation: Median lag-1 correlation within those windows.
        inferred: Share of inferred or lost joint-frames by group, and of `all` joints.
        inferred_runs: Median, 75th and 95th percentile of the length of inferred runs, frames.
        steps: Shares of frames in which a joint of the group steps more than 5 and 10 cm.
    """

    model_config = ConfigDict(frozen=True)

    clips: int
    tracks: int
    short_tracks: int
    false_body_clips: float
    empty_frames: float
    clip_frames: tuple[float, float, float]
    bones_cm: dict[str, tuple[float, float]]
    speeds: dict[str, tuple[float, float]]
    jitter_mm: dict[str, tuple[float, float, float]]
    still_mm: dict[str, tuple[float, float, float]]
    still_correlation: dict[str, float]
    inferred: dict[str, float]
    inferred_runs: tuple[float, float, float]
    steps: dict[str, tuple[float, float]]


def measure_clips(paths: Iterable[Path]) -> Realism:
    """Measure `.skeleton` files.

    Args:
        paths: The files, or folders of them.

    Returns:
        The figures.

    Raises:
        SkelshotError: There is no file, or one cannot be read.
    """
    files: list[Path] = []
    for path in paths:
        files += sorted(path.rglob("*.skeleton")) if path.is_dir() else [path]
    return measure(parse_skeleton(file.read_bytes()) for file in files)


def measure(clips: Iterable[RawClip], layout: SkeletonLayout = KINECT_V2) -> Realism:
    """Measure clips, as `measure_clips` does.

    Args:
        clips: The clips, all of one layout.
        layout: Names the joints; Kinect v1 clips can be measured, too.

    Returns:
        The figures. A figure for which there was nothing to measure is NaN.

    Raises:
        SkelshotError: There is no clip.
    """
    lengths, tracks, short, doubtful, empty = [], [], 0, 0, 0
    for clip in clips:
        good = [body for body in clip.bodies if len(body.frame_index) >= SHORTEST_TRACK]
        lengths.append(clip.frames)
        tracks += [part for body in good for part in _unbroken(body)]
        short += len(clip.bodies) - len(good)
        doubtful += bool(good) and len(good) < len(clip.bodies)
        there = {int(frame) for body in clip.bodies for frame in body.frame_index}
        empty += clip.frames - len(there)
    if not lengths:
        raise SkelshotError("realism: found no clip, expected at least one .skeleton file")
    groups = {
        name: [layout.index(joint) for joint in joints if joint in layout.joints]
        for name, joints in GROUPS.items()
    }
    groups = {name: joints for name, joints in groups.items() if joints}
    windows = {name: _windows(tracks, joints) for name, joints in groups.items()}
    return Realism(
        clips=len(lengths),
        tracks=len(tracks),
        short_tracks=short,
        false_body_clips=doubtful / len(lengths),
        empty_frames=empty / max(sum(lengths), 1),
        clip_frames=_percentiles(lengths, 5, 50, 95),
        bones_cm=_bones(tracks, layout),
        speeds={name: _speeds(tracks, joints) for name, joints in groups.items()},
        jitter_mm={name: _jitter(tracks, joints) for name, joints in groups.items()},
        still_mm={name: sigma for name, (sigma, _) in windows.items()},
        still_correlation={name: lag for name, (_, lag) in windows.items()},
        inferred={
            name: _mean([track.states[:, joints] < 2 for track in tracks])
            for name, joints in (groups | {"all": list(range(layout.num_joints))}).items()
        },
        inferred_runs=_percentiles(
            [run for track in tracks for run in _runs(track.states < 2)], 50, 75, 95
        ),
        steps={name: _steps(tracks, joints) for name, joints in groups.items()},
    )


def _unbroken(body: RawBody) -> list[RawBody]:
    """The parts of a track without missing frames that are long enough."""
    cuts = [0, *(np.flatnonzero(np.diff(body.frame_index) > 1) + 1), len(body.frame_index)]
    return [
        RawBody(
            body.body_id,
            body.frame_index[a:b],
            body.joints[a:b].astype(np.float64),
            body.colour[a:b],
            body.states[a:b],
        )
        for a, b in pairwise(cuts)
        if b - a >= SHORTEST_TRACK
    ]


def _bones(tracks: list[RawBody], layout: SkeletonLayout) -> dict[str, tuple[float, float]]:
    result = {}
    for name, bones in BONES.items():
        pairs = [(a, b) for a, b in bones if a in layout.joints and b in layout.joints]
        means, variations = [], []
        for track in tracks:
            for a, b in pairs:
                bone = track.joints[:, layout.index(a)] - track.joints[:, layout.index(b)]
                length = np.linalg.norm(bone, axis=1)
                means.append(100 * float(length.mean()))
                variations.append(float(length.std() / max(length.mean(), 1e-9)))
        if pairs:
            result[name] = (_median(means), _median(variations))
    return result


def _step_lengths(tracks: list[RawBody], joints: list[int]) -> Array:
    steps = [np.linalg.norm(np.diff(t.joints[:, joints], axis=0), axis=-1).ravel() for t in tracks]
    return np.concatenate(steps) if steps else np.zeros(0)


def _speeds(tracks: list[RawBody], joints: list[int]) -> tuple[float, float]:
    middle, high = _percentiles(_step_lengths(tracks, joints) * FRAMES_A_SECOND, 50, 95)
    return middle, high


def _steps(tracks: list[RawBody], joints: list[int]) -> tuple[float, float]:
    steps = _step_lengths(tracks, joints)
    return _mean([steps > 0.05]), _mean([steps > 0.10])


def _jitter(tracks: list[RawBody], joints: list[int]) -> tuple[float, float, float]:
    # The third difference of white noise of variance s^2 has variance 20 s^2 (1 + 9 + 9 + 1).
    found = []
    for track in tracks:
        path, tracked = track.joints[:, joints], track.states[:, joints] == 2
        third = np.diff(path, n=3, axis=0)
        slow = np.linalg.norm(path[3:] - path[:-3], axis=-1) * FRAMES_A_SECOND / 3 < STILL
        sure = tracked[3:] & tracked[2:-1] & tracked[1:-2] & tracked[:-3]
        found.append(np.abs(third[slow & sure]))
    together = np.concatenate(found) if found else np.zeros((0, 3))
    if not len(together):
        return (float("nan"),) * 3
    x, y, z = 1000 * 1.4826 * np.median(together, axis=0) / np.sqrt(20)
    return float(x), float(y), float(z)


def _windows(tracks: list[RawBody], joints: list[int]) -> tuple[tuple[float, float, float], float]:
    """Standard deviation (mm, by axis) and lag-1 correlation within windows of still frames."""
    deviations, correlations = [], []
    for track in tracks:
        path = track.joints[:, joints]
        for first in range(0, len(path) - _WINDOW + 1, _WINDOW // 2):
            window = path[first : first + _WINDOW]
            still = (np.ptp(window, axis=0) < _WINDOW_RANGE).all(axis=-1)
            still &= (track.states[first : first + _WINDOW, joints] == 2).all(axis=0)
            centred = window[:, still] - window[:, still].mean(axis=0)
            power = (centred**2).mean(axis=0)
            lagged = (centred[1:] * centred[:-1]).mean(axis=0)
            deviations.append(1000 * np.sqrt(power))
            correlations.append((lagged / np.maximum(power, 1e-12)).ravel())
    spread = np.concatenate(deviations) if deviations else np.zeros((0, 3))
    if not len(spread):
        return (float("nan"),) * 3, float("nan")
    x, y, z = np.median(spread, axis=0)
    return (float(x), float(y), float(z)), float(np.median(np.concatenate(correlations)))


def _runs(flags: BoolArray) -> list[int]:
    """Lengths of the runs of true values along the first axis of (n, V)."""
    edge = np.zeros((1, flags.shape[1]), np.int8)
    change = np.diff(np.concatenate([edge, flags.astype(np.int8), edge]), axis=0)
    begins, ends = np.nonzero(change.T == 1)[1], np.nonzero(change.T == -1)[1]
    return [int(run) for run in ends - begins]


def _percentiles(values: NDArray[np.float64] | list[int], *which: float) -> tuple[float, ...]:
    if not len(values):
        return (float("nan"),) * len(which)
    return tuple(float(value) for value in np.percentile(values, which))


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else float("nan")


def _mean(parts: list[BoolArray]) -> float:
    count = sum(part.size for part in parts)
    return sum(int(np.count_nonzero(part)) for part in parts) / count if count else float("nan")
