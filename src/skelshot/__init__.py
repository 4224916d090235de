"""Skelshot: few-shot recognition of human actions from moving skeletons.

What most programs need is here, and is imported when it is first asked for:

    import skelshot as sk

    store = sk.prepare("npz", "raw", "store")
    run = sk.pretrain(store, "run", protocol="mine.yaml")
    result = sk.evaluate(store, protocol="mine.yaml", run=run)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PLACES = {
    "skelshot.front_door": ("evaluate", "prepare", "pretrain", "teach"),
    "skelshot.explain": ("ATTRIBUTIONS",),
    "skelshot.reports": ("check", "compare", "explain_clips", "show"),
    "skelshot.datasets.protocols": ("NamedProtocol", "protocol_named"),
    "skelshot.datasets.reader_family": ("READERS",),
    "skelshot.datasets.store": ("Store",),
    "skelshot.encoders": ("AGCN", "CTRGCN", "ENCODERS", "STGCN", "Encoder", "load_encoder"),
    "skelshot.evaluation": ("EvaluateOptions",),
    "skelshot.fewshot": ("METHODS", "CosineClassifier", "FewShotMethod", "ProtoNet"),
    "skelshot.ground": ("SkelshotError",),
    "skelshot.pretraining": ("STRATEGIES", "PretrainOptions", "Stage"),
    "skelshot.recognition": ("Recognizer",),
    "skelshot.recognition.sklearn_face": ("FewShotSkeletonClassifier", "SkeletonEncoder"),
    "skelshot.runs": ("Run", "SplitRun"),
    "skelshot.skeletons": ("InputSpec", "SkeletonLayout", "SkeletonSequence"),
    "skelshot.teachers": ("TEACHERS", "FeatureCache"),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}

__all__ = sorted(_MODULES)  # noqa: PLE0605  a list, made of the table above

if TYPE_CHECKING:
    from skelshot.datasets.protocols import NamedProtocol as NamedProtocol
    from skelshot.datasets.protocols import protocol_named as protocol_named
    from skelshot.datasets.reader_family import READERS as READERS
    from skelshot.datasets.store import Store as Store
    from skelshot.encoders import AGCN as AGCN
    from skelshot.encoders import CTRGCN as CTRGCN
    from skelshot.encoders import ENCODERS as ENCODERS
    from skelshot.encoders import STGCN as STGCN
    from skelshot.encoders import Encoder as Encoder
    from skelshot.encoders import load_encoder as load_encoder
    from skelshot.evaluation import EvaluateOptions as EvaluateOptions
    from skelshot.explain import ATTRIBUTIONS as ATTRIBUTIONS
    from skelshot.fewshot import METHODS as METHODS
    from skelshot.fewshot import CosineClassifier as CosineClassifier
    from skelshot.fewshot import FewShotMethod as FewShotMethod
    from skelshot.fewshot import ProtoNet as ProtoNet
    from skelshot.front_door import evaluate as evaluate
    from skelshot.front_door import prepare as prepare
    from skelshot.front_door import pretrain as pretrain
    from skelshot.front_door import teach as teach
    from skelshot.ground import SkelshotError as SkelshotError
    from skelshot.pretraining import STRATEGIES as STRATEGIES
    from skelshot.pretraining import PretrainOptions as PretrainOptions
    from skelshot.pretraining import Stage as Stage
    from skelshot.recognition import Recognizer as Recognizer
    from skelshot.recognition.sklearn_face import (
        FewShotSkeletonClassifier as FewShotSkeletonClassifier,
    )
    from skelshot.recognition.sklearn_face import SkeletonEncoder as SkeletonEncoder
    from skelshot.reports import check as check
    from skelshot.reports import compare as compare
    from skelshot.reports import explain_clips as explain_clips
    from skelshot.reports import show as show
    from skelshot.runs import Run as Run
    from skelshot.runs import SplitRun as SplitRun
    from skelshot.skeletons import InputSpec as InputSpec
    from skelshot.skeletons import SkeletonLayout as SkeletonLayout
    from skelshot.skeletons import SkeletonSequence as SkeletonSequence
    from skelshot.teachers import TEACHERS as TEACHERS
    from skelshot.teachers import FeatureCache as FeatureCache


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'skelshot' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
