"""Few-shot classifiers: N classes from K exemplars each, many tasks at once."""

from skelshot.fewshot.base import FewShotMethod, MethodOptions, WeightedOptions, check_task
from skelshot.fewshot.cosine import PAPER, CosineClassifier, CosineOptions
from skelshot.fewshot.dastm import DASTM, DASTMOptions
from skelshot.fewshot.feat import Feat, FeatOptions
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
from skelshot.fewshot.protonet import ProtoNet, ProtoNetOptions
from skelshot.fewshot.raw_nearest import RawNearest
from skelshot.fewshot.report import FinetuneReport, finetune_report
from skelshot.fewshot.rfs import Rfs, RfsOptions
from skelshot.fewshot.soft_dtw_method import SoftDTW, SoftDTWOptions
from skelshot.fewshot.subspace import Subspace, SubspaceOptions
from skelshot.fewshot.views import MIRRORED, View, view_clips

__all__ = [
    "DASTM",
    "METHODS",
    "MIRRORED",
    "PAPER",
    "CosineClassifier",
    "CosineHead",
    "CosineOptions",
    "DASTMOptions",
    "Feat",
    "FeatOptions",
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
    "ProtoNet",
    "ProtoNetOptions",
    "RawNearest",
    "Rfs",
    "RfsOptions",
    "SoftDTW",
    "SoftDTWOptions",
    "Subspace",
    "SubspaceOptions",
    "View",
    "WeightedOptions",
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
    "view_clips",
]
