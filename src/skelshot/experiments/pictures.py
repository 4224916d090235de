"""Pictures of skeletons."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from skelshot.datasets.store import Store
from skelshot.ground.files import whole_file
from skelshot.skeletons import SkeletonSequence


def first_clips(store: Store) -> list[int]:
    """Choose the first clip of each class, in label order.

    Args:
        store: The clips.

    Returns:
        Their indices.
    """
    first = {clip.label: index for index, clip in reversed(list(enumerate(store.clips)))}
    return [index for _, index in sorted(first.items())]


def draw_clips(
    store: Store, path: Path, moments: int = 6, indices: Sequence[int] | None = None
) -> Path:
    """Draw clips, a row each and a few moments side by side.

    Args:
        store: The clips; further persons are drawn paler than the first.
        path: The PNG to write.
        moments: How many frames of each clip.
        indices: Which clips; the first of each class unless told.

    Returns:
        `path`.
    """
    indices = first_clips(store) if indices is None else indices
    figure = Figure(figsize=(1.3 * moments, 1.5 * len(indices)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(indices), moments, squeeze=False)
    for row, index in zip(axes, indices, strict=True):
        sequence = store.sequence(index)
        frames = np.linspace(0, sequence.frames - 1, moments).round().astype(int)
        for axis, frame in zip(row, frames, strict=True):
            _draw_frame(axis, sequence, int(frame))
        row[0].set_title(store.class_names[store.clips[index].label], fontsize=8, loc="left")
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", dpi=80)
    return path


def _draw_frame(axis: Axes, sequence: SkeletonSequence, frame: int) -> None:
    """Draw everybody as the camera sees them: x grows to its left, so to the right here."""
    left = {joint for joint, _ in sequence.layout.pairs}
    right = {joint for _, joint in sequence.layout.pairs}
    for person in np.flatnonzero(sequence.present[:, frame]).tolist():
        joints = sequence.joints[person, frame]
        for child, parent in sequence.layout.bones:
            colour = "tab:blue" if child in left else "tab:orange" if child in right else "black"
            ends = joints[[child, parent]]
            shade = 1.0 if person == 0 else 0.45
            axis.plot(ends[:, 0], ends[:, 1], color=colour, linewidth=1.5, alpha=shade)
    spine = sequence.joints[0][sequence.present[0]][:1].mean((0, 1))
    axis.set_xlim(spine[0] - 1.0, spine[0] + 1.0)
    axis.set_ylim(spine[1] - 1.2, spine[1] + 1.2)
    axis.set_aspect("equal")
    axis.axis("off")
