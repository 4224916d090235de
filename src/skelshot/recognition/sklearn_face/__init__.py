"""The scikit-learn face: a classifier and a transformer whose samples are clips."""

from skelshot.recognition.sklearn_face.classifier import FewShotSkeletonClassifier
from skelshot.recognition.sklearn_face.encoder import SkeletonEncoder

__all__ = ["FewShotSkeletonClassifier", "SkeletonEncoder"]
