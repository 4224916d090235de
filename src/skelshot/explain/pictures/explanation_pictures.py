"""The pictures of one explanation: its heatmap, its nearest exemplar, and the clip in motion."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skelshot.explain.explain import Explanation
from skelshot.explain.pictures.aligned import draw_aligned
from skelshot.explain.pictures.animation import FORMS as MOVING
from skelshot.explain.pictures.animation import draw_animation
from skelshot.explain.pictures.clip_figure import draw_explained
from skelshot.explain.shown_clips import ShownClips
from skelshot.ground import SkelshotError
from skelshot.rendering.theme import FORMS as STILL

KINDS = (*STILL, *(form.removeprefix(".") for form in MOVING))
"""Endings of the files: still pictures, then animations."""

BESIDE = "-beside-exemplar"
"""What the name of the picture with the exemplar has behind the clip's."""

FPS = 30.0
"""Frames a second of an animation, unless told."""


@dataclass(frozen=True)
class Drawing:
    """Style of an explanation's pictures.

    Args:
        kinds: Endings, of `KINDS`; none draws nothing.
        fps: Frames a second of the clips, for seconds below the frames and for animations.

    Raises:
        SkelshotError: There is no such ending, or the rate is not 1 to 240.

    Example:
        >>> Drawing(("bmp",))
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: --pictures: found 'bmp', expected some of png, svg,
        pdf, gif, mp4, avi
    """

    kinds: Sequence[str] = ("png",)
    fps: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn before anything is explained."""
        for kind in self.kinds:
            if kind not in KINDS:
                told = f"found {kind!r:.80}, expected some of {', '.join(KINDS)}"
                raise SkelshotError(f"--pictures: {told}")
        if self.fps is not None and not 1 <= self.fps <= 240:
            raise SkelshotError(f"--fps: found {self.fps}, expected 1 to 240 frames a second")


def draw_explanation(
    explanation: Explanation, shown: ShownClips, stem: Path, drawing: Drawing
) -> list[Path]:
    """Draw an explanation.

    Still pictures are two: moments of the clip above its joint-frame heatmap, and the clip beside
    the nearest exemplar, aligned in time. Where no decision boundary was found, both say so.

    Args:
        explanation: The explanation.
        shown: Its clips.
        stem: Folder and name of the files, without endings.
        drawing: Which pictures.

    Returns:
        The files.

    Raises:
        SkelshotError: All importance is 0, or a package for animations is missing.
    """
    clip, exemplar = shown.clip, shown.exemplar
    importance = explanation.attribution.importance().numpy()
    told, heading = _told(explanation, shown.true), _heading(explanation)
    beside = f"nearest exemplar: {explanation.label} ({explanation.nearest})"
    files = []
    try:
        for kind in drawing.kinds:
            file = stem.with_name(f"{stem.name}.{kind}")
            if kind not in STILL:
                files.append(draw_animation(clip, importance, file, told, drawing.fps or FPS))
                continue
            files.append(draw_explained(clip, {heading: importance}, file, told, drawing.fps))
            other = stem.with_name(f"{stem.name}{BESIDE}.{kind}")
            shares = (importance, None)
            files.append(draw_aligned(clip, exemplar, other, (told, beside), importance=shares))
    except SkelshotError as error:
        raise SkelshotError(f"clip {explanation.clip}: {error}") from error
    return files


def _told(explanation: Explanation, true: str | None) -> str:
    """Say what the clip is, and what it was taken for."""
    taken = f"{true or 'unlabelled'}, answered {explanation.predicted} ({explanation.clip})"
    return f"{_effort(explanation)}{taken}"


def _heading(explanation: Explanation) -> str:
    """Say whose importance a heatmap shows, and of which class."""
    return f"{explanation.attribution.method}: what decides about {explanation.label}"


def _effort(explanation: Explanation) -> str:
    """Say in front, since long titles are cut, that no boundary was found."""
    missed = explanation.attribution.boundary_found is False
    return "best effort, no boundary found; " if missed else ""
