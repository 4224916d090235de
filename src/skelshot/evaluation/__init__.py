"""Evaluation: many tasks at once, metrics with intervals, results."""

from skelshot.evaluation.metrics import (
    Interval,
    accuracy,
    confusion_matrix,
    mean_interval,
    paired_interval,
    per_class_accuracy,
)
from skelshot.evaluation.options import EvaluateOptions
from skelshot.fewshot.views import View, view_clips
from skelshot.runs.embedding import encode_clips, input_clips

__all__ = [
    "EvaluateOptions",
    "Interval",
    "View",
    "accuracy",
    "confusion_matrix",
    "encode_clips",
    "input_clips",
    "mean_interval",
    "paired_interval",
    "per_class_accuracy",
    "view_clips",
]
