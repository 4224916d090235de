"""The family of few-shot methods: those that ship, and those that other packages register."""

from skelshot.fewshot.apsr import APSR
from skelshot.fewshot.attention_readout import AttentionReadOut
from skelshot.fewshot.average_pooling import AveragePooling
from skelshot.fewshot.base import FORMS, FewShotMethod
from skelshot.fewshot.cosine import CosineClassifier
from skelshot.fewshot.dastm import DASTM
from skelshot.fewshot.fc_readout import FCReadOut
from skelshot.fewshot.feat import Feat
from skelshot.fewshot.jeanie import JEANIE
from skelshot.fewshot.linear import LinearClassifier
from skelshot.fewshot.maml import MAML
from skelshot.fewshot.method_options import MethodOptions
from skelshot.fewshot.multi_level import MultiLevel
from skelshot.fewshot.nearest import NearestNeighbour
from skelshot.fewshot.protonet import ProtoNet
from skelshot.fewshot.raw_dtw import RawDTW
from skelshot.fewshot.raw_nearest import RawNearest
from skelshot.fewshot.rfs import Rfs
from skelshot.fewshot.skeleton_dml import SkeletonDML
from skelshot.fewshot.sl_dml import SLDML
from skelshot.fewshot.smam import SMAM
from skelshot.fewshot.soft_dtw_method import SoftDTW
from skelshot.fewshot.subspace import Subspace
from skelshot.fewshot.tcn_oneshot import TCNOneshot
from skelshot.ground.families import Family
from skelshot.ground.printable import printable

SHIPPED: tuple[type[FewShotMethod], ...] = (
    CosineClassifier,
    LinearClassifier,
    NearestNeighbour,
    RawNearest,
    RawDTW,
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
    MultiLevel,
    TCNOneshot,
    SLDML,
    SkeletonDML,
)

ALIASES = {
    "attention": "attention-readout",
    "attention-network": "attention-readout",
    "fully-connected": "fc-readout",
    "fc": "fc-readout",
    "average": "average-pooling",
    "avg": "average-pooling",
    "cc": "cosine",
    "cosine-classifier": "cosine",
    "lc": "linear",
    "linear-classifier": "linear",
    "nn": "nearest",
    "nearest-neighbour": "nearest",
    "nearest-neighbor": "nearest",
    "prototypical-network": "protonet",
    "smam-net": "smam",
}
"""The names that methods go by in papers."""


def _problem(part: type) -> str | None:
    """Return what is wrong with the class of a method from outside, or None."""
    if not issubclass(part, FewShotMethod):
        return (
            f"found the class {part.__name__}, expected a sub-class of "
            "skelshot.fewshot.FewShotMethod"
        )
    if part.reads not in FORMS:
        return f"found reads = {part.reads!r:.80}, expected one of {', '.join(FORMS)}"
    kind: object = part.options_type
    if not (isinstance(kind, type) and issubclass(kind, MethodOptions)):
        return f"found options_type = {kind!r:.80}, expected a sub-class of MethodOptions"
    try:
        part()
    except Exception as error:  # whatever a stranger's class raises
        return (
            f"cannot be made with its default options ({type(error).__name__}: "
            f"{printable(str(error), 200)})"
        )
    return None


METHODS: Family[FewShotMethod] = Family("method", SHIPPED, _problem, ALIASES)
"""All methods by name; another package adds its own in the group `skelshot.methods`."""


def method_named(name: str, option: str | None = None) -> type[FewShotMethod]:
    """Return the method of that name.

    Args:
        name: For example "cosine", or a name that papers use, such as "Fully Connected".
        option: Where it was given, as the message begins.

    Returns:
        Its class; build it with `from_options`.

    Raises:
        SkelshotError: There is none; the message lists all names.

    Example:
        >>> method_named("nearest").__name__, method_named("Fully Connected").name
        ('NearestNeighbour', 'fc-readout')
    """
    return METHODS.named(name, option)
