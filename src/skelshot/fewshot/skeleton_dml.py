"""Skeleton-DML: SL-DML on another image of the clip.

R. Memmesheimer et al., "Skeleton-DML: Deep Metric Learning for Skeleton-Based One-Shot Action
Recognition", WACV 2022.
"""

from typing import ClassVar

from skelshot.encoders.skeleton_images import ImageEncoding
from skelshot.fewshot.base import MethodOptions
from skelshot.fewshot.sl_dml import SLDML, SLDMLOptions


class SkeletonDMLOptions(SLDMLOptions):
    """Options of Skeleton-DML: those of SL-DML, with its own image.

    Attributes:
        encoding: How a clip becomes an image.

    Example:
        >>> SkeletonDMLOptions().encoding
        'triples'
    """

    encoding: ImageEncoding = "triples"


class SkeletonDML(SLDML):
    """Nearest exemplar by an embedded image of joints by time, three frames a pixel.

    Args:
        options: Options of the method.
    """

    name: ClassVar[str] = "skeleton-dml"
    paper: ClassVar[str] = (
        "Memmesheimer et al., Skeleton-DML: Deep Metric Learning for Skeleton-Based One-Shot "
        "Action Recognition, WACV 2022"
    )
    options_type: ClassVar[type[MethodOptions]] = SkeletonDMLOptions
    options: SkeletonDMLOptions
