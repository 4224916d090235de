"""Trained runs: folders, configurations, encoders, methods' weights, kept features."""

from skelshot.runs.embed_options import EmbedOptions
from skelshot.runs.run import Run, SplitRun

__all__ = ["EmbedOptions", "Run", "SplitRun"]
