"""Explanations: attribution of decisions to joints and frames, measured and drawn."""

from skelshot.explain.attribution import Attribution

__all__ = ["Attribution"]
