"""The methods there are, by name."""

from skelshot.fewshot.apsr import APSR
from skelshot.fewshot.attention_readout import AttentionReadOut
from skelshot.fewshot.average_pooling import AveragePooling
from skelshot.fewshot.base import FewShotMethod
from skelshot.fewshot.cosine import CosineClassifier
from skelshot.fewshot.dastm import DASTM
from skelshot.fewshot.fc_readout import FCReadOut
from skelshot.fewshot.feat import Feat
from skelshot.fewshot.jeanie import JEANIE
from skelshot.fewshot.linear import LinearClassifier
from skelshot.fewshot.maml import MAML
from skelshot.fewshot.nearest import NearestNeighbour
from skelshot.fewshot.protonet import ProtoNet
from skelshot.fewshot.raw_nearest import RawNearest
from skelshot.fewshot.rfs import Rfs
from skelshot.fewshot.skeleton_dml import SkeletonDML
from skelshot.fewshot.sl_dml import SLDML
from skelshot.fewshot.smam import SMAM
from skelshot.fewshot.soft_dtw_method import SoftDTW
from skelshot.fewshot.subspace import Subspace
from skelshot.fewshot.tcn_oneshot import TCNOneshot
from skelshot.ground import SkelshotError

METHODS: tuple[type[FewShotMethod], ...] = (
    CosineClassifier,
    LinearClassifier,
    NearestNeighbour,
    RawNearest,
    ProtoNet,
    Feat,
    Subspace,
    Rfs,
    SoftDTW,
    DASTM,
    JEANIE,
    SMAM,
    MAML,
    APSR,
    AttentionReadOut,
    FCReadOut,
    AveragePooling,
    TCNOneshot,
    SLDML,
    SkeletonDML,
)


def method_named(name: str) -> type[FewShotMethod]:
    """Return the method of that name.

    Args:
        name: For example "cosine".

    Returns:
        Its class; build it with `from_options`.

    Raises:
        SkelshotError: There is none; the message lists all names.

    Example:
        >>> method_named("nearest").__name__
        'NearestNeighbour'
    """
    for method in METHODS:
        if method.name == name:
            return method
    known = ", ".join(method.name for method in METHODS)
    raise SkelshotError(f"method: found '{name}', expected one of {known}")
