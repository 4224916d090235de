"""Few-shot classifiers: N classes from K exemplars each, many tasks at once."""

from skelshot.fewshot.base import FewShotMethod, MethodOptions, check_task
from skelshot.fewshot.cosine import PAPER, CosineClassifier, CosineOptions
from skelshot.fewshot.finetuning import FinetuneOptions, finetune
from skelshot.fewshot.formulas import (
    cosine_logits,
    entropy,
    entropy_regularised_loss,
    linear_logits,
    rotation_degrees,
    support_weights,
)
from skelshot.fewshot.heads import CosineHead, Head, LinearHead
from skelshot.fewshot.linear import LinearClassifier, LinearOptions
from skelshot.fewshot.methods import METHODS, method_named
from skelshot.fewshot.nearest import NearestNeighbour, NearestOptions
from skelshot.fewshot.raw_nearest import RawNearest
from skelshot.fewshot.report import FinetuneReport, finetune_report

__all__ = [
    "METHODS",
    "PAPER",
    "CosineClassifier",
    "CosineHead",
    "CosineOptions",
    "FewShotMethod",
    "FinetuneOptions",
    "FinetuneReport",
    "Head",
    "LinearClassifier",
    "LinearHead",
    "LinearOptions",
    "MethodOptions",
    "NearestNeighbour",
    "NearestOptions",
    "RawNearest",
    "check_task",
    "cosine_logits",
    "entropy",
    "entropy_regularised_loss",
    "finetune",
    "finetune_report",
    "linear_logits",
    "method_named",
    "rotation_degrees",
    "support_weights",
]
