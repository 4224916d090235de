"""Few-shot classifiers: N classes from K exemplars each, many tasks at once."""

from skelshot.fewshot.apsr import APSR, APSROptions
from skelshot.fewshot.attention_readout import AttentionReadOut, AttentionReadOutOptions
from skelshot.fewshot.average_pooling import AveragePooling
from skelshot.fewshot.base import FewShotMethod
from skelshot.fewshot.class_names import NamedClassMethod
from skelshot.fewshot.cosine import PAPER, CosineClassifier, CosineOptions
from skelshot.fewshot.dastm import DASTM, DASTMOptions
from skelshot.fewshot.embedding_method import EmbeddingMethod, EmbeddingOptions
from skelshot.fewshot.fc_readout import FCReadOut, FCReadOutOptions
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
from skelshot.fewshot.jeanie import JEANIE, JEANIEOptions
from skelshot.fewshot.linear import LinearClassifier, LinearOptions
from skelshot.fewshot.maml import MAML, MAMLOptions
from skelshot.fewshot.method_options import MethodOptions, WeightedOptions
from skelshot.fewshot.methods import METHODS, method_named
from skelshot.fewshot.multi_level import MultiLevel, MultiLevelOptions
from skelshot.fewshot.nearest import NearestNeighbour, NearestOptions
from skelshot.fewshot.protonet import ProtoNet, ProtoNetOptions
from skelshot.fewshot.raw_clips import RawOptions
from skelshot.fewshot.raw_dtw import RawDTW, RawDTWOptions
from skelshot.fewshot.raw_nearest import RawNearest
from skelshot.fewshot.readout_nearest import ReadOutOptions
from skelshot.fewshot.report import FinetuneReport, finetune_report
from skelshot.fewshot.rfs import Rfs, RfsOptions
from skelshot.fewshot.skeleton_dml import SkeletonDML, SkeletonDMLOptions
from skelshot.fewshot.sl_dml import SLDML, SLDMLOptions
from skelshot.fewshot.smam import SMAM, SMAMOptions
from skelshot.fewshot.soft_dtw_method import SoftDTW, SoftDTWOptions
from skelshot.fewshot.subspace import Subspace, SubspaceOptions
from skelshot.fewshot.task_check import check_task
from skelshot.fewshot.task_heads import CosineTaskHead, LinearTaskHead, TaskHead
from skelshot.fewshot.tcn_oneshot import TCNOneshot, TCNOneshotOptions
from skelshot.fewshot.text_encoders import TextEncoder, TextEncoders
from skelshot.fewshot.views import MIRRORED, View, view_clips

__all__ = [
    "APSR",
    "DASTM",
    "JEANIE",
    "MAML",
    "METHODS",
    "MIRRORED",
    "PAPER",
    "SLDML",
    "SMAM",
    "APSROptions",
    "AttentionReadOut",
    "AttentionReadOutOptions",
    "AveragePooling",
    "CosineClassifier",
    "CosineOptions",
    "CosineTaskHead",
    "DASTMOptions",
    "EmbeddingMethod",
    "EmbeddingOptions",
    "FCReadOut",
    "FCReadOutOptions",
    "Feat",
    "FeatOptions",
    "FewShotMethod",
    "FinetuneOptions",
    "FinetuneReport",
    "JEANIEOptions",
    "LinearClassifier",
    "LinearOptions",
    "LinearTaskHead",
    "MAMLOptions",
    "MethodOptions",
    "MultiLevel",
    "MultiLevelOptions",
    "NamedClassMethod",
    "NearestNeighbour",
    "NearestOptions",
    "ProtoNet",
    "ProtoNetOptions",
    "RawDTW",
    "RawDTWOptions",
    "RawNearest",
    "RawOptions",
    "ReadOutOptions",
    "Rfs",
    "RfsOptions",
    "SLDMLOptions",
    "SMAMOptions",
    "SkeletonDML",
    "SkeletonDMLOptions",
    "SoftDTW",
    "SoftDTWOptions",
    "Subspace",
    "SubspaceOptions",
    "TCNOneshot",
    "TCNOneshotOptions",
    "TaskHead",
    "TextEncoder",
    "TextEncoders",
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
