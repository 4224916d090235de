"""Pictures of explanations: heatmaps, strips, alignments, animations and failure cases."""

from skelshot.explain.pictures.aligned import draw_aligned
from skelshot.explain.pictures.animation import draw_animation
from skelshot.explain.pictures.clip_figure import draw_explained
from skelshot.explain.pictures.clip_grid import Explained, draw_grid
from skelshot.explain.pictures.confused_pairs import confused_pairs
from skelshot.explain.pictures.failures import draw_failures

__all__ = [
    "Explained",
    "confused_pairs",
    "draw_aligned",
    "draw_animation",
    "draw_explained",
    "draw_failures",
    "draw_grid",
]
