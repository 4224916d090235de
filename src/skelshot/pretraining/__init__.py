"""Pre-training: transfer, supervised and episodic stages in one loop."""

from skelshot.pretraining.losses import regression_loss
from skelshot.pretraining.momentum import target_like, update_moving_average
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.projectors import mlp_head
from skelshot.pretraining.stage import BaseSet, Stage, StageData
from skelshot.pretraining.stage_options import OptimizerOptions, StageOptions
from skelshot.pretraining.strategies import STRATEGIES

__all__ = [
    "STRATEGIES",
    "BaseSet",
    "OptimizerOptions",
    "PretrainOptions",
    "Stage",
    "StageData",
    "StageOptions",
    "mlp_head",
    "regression_loss",
    "target_like",
    "update_moving_average",
]
