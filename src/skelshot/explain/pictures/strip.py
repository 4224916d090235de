"""A strip of moments of a clip: stick figures, or frames of its video, joints by importance."""

import numpy as np
from matplotlib.axes import Axes

from skelshot.explain.pictures.film import Film
from skelshot.explain.pictures.importance_shares import Shares
from skelshot.rendering.places import Places, drawn_places, window
from skelshot.rendering.stick_figures import draw_importance, draw_people, frame_moment
from skelshot.rendering.theme import SMALL
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.sequence import IntArray

SIDES = "left limbs blue, right limbs orange; numbers are frames"
"""What the colours of bones and the numbers mean."""

_GAP = 0.02
"""Room between moments, as a share of their width."""
_SLIM = 0.5
"""Width and height of a moment differ by no more than this."""


def draw_strip(
    axis: Axes,
    clip: SkeletonSequence,
    frames: IntArray,
    shares: Shares | None = None,
    film: Film | None = None,
) -> None:
    """Draw moments of a clip side by side, on one scale, in equal parts of the axes.

    Args:
        axis: The axes, of which nothing else is seen.
        clip: The clip.
        frames: Which of its frames, (n,); those of the film where there is one.
        shares: Importance from 0 to 1, (T, V, M), that colours the joints; else bones have the
            colours of their sides.
        film: Frames of the clip's video.
    """
    axis.axis("off")
    places = drawn_places(clip, frames) if film is None else film.places
    centre, sides = _window(clip, frames, film)
    for at, frame in enumerate(frames.tolist()):
        moment = axis.inset_axes(((at + _GAP) / len(frames), 0, (1 - 2 * _GAP) / len(frames), 1))
        frame_moment(moment, centre, sides, down=film is not None or clip.channels == 2)
        if film is not None:
            rows, columns = film.pictures.shape[1:3]
            moment.imshow(film.pictures[at], extent=(0, columns, rows, 0))
        moment.set_title(str(frame), fontsize=SMALL, pad=2)
        if shares is None:
            draw_people(moment, clip.layout, places[:, at])
        else:
            bones = "0.45" if film is None else "white"
            draw_importance(moment, clip.layout, places[:, at], shares[frame], bones)


def strip_shape(clip: SkeletonSequence, frames: IntArray, film: Film | None = None) -> float:
    """Return how high a moment of a strip is for its width.

    Args:
        clip: The clip.
        frames: Which of its frames, (n,).
        film: Frames of the clip's video.

    Returns:
        Height by width.
    """
    _, sides = _window(clip, frames, film)
    return float(sides[1] / sides[0])


def _window(clip: SkeletonSequence, frames: IntArray, film: Film | None) -> tuple[Places, Places]:
    """Return centre and sides of what every moment shows."""
    if film is None:
        return window(drawn_places(clip, frames), _SLIM)
    sides = np.array(film.pictures.shape[2:0:-1], float)
    return sides / 2, sides
