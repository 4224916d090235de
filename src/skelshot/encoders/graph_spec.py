"""The specification of the graph networks of ten blocks."""

from typing import Self

from pydantic import model_validator

from skelshot.encoders.joint_network import JointNetworkSpec

BASE_WIDTHS = (64, 128, 256)
"""Channels of blocks 1-4, 5-7 and 8-10 at width 1."""


class GraphNetworkSpec(JointNetworkSpec):
    """The specification of ST-GCN, AGCN and CTR-GCN; the first values are those of all encoders.

    Args:
        width: Multiplies the channels 64, 128 and 256 of the blocks; each product is rounded
            to a multiple of 8 and is at least 8.
        dropout: Share of a block's temporal output set to zero in training.
        mask_absent_persons: Leave persons whose input is all zero out of every mean over
            persons. By default the mean is over all M, as in the published code.
        temporal_relu: CTR-GCN alone: each temporal layer ends with a relu of its own, as in
            PYSKL; the published code has none there.

    Raises:
        SkelshotError: `temporal_relu` is asked of another network.

    Example:
        >>> GraphNetworkSpec(name="agcn", layout="kinect-v2", persons=2, width=0.5).widths
        (32, 64, 128)
    """

    temporal_relu: bool = False

    @model_validator(mode="after")
    def _check_temporal_relu(self) -> Self:
        if self.temporal_relu and self.name != "ctr-gcn":
            raise ValueError(
                f"temporal_relu: found true with {self.name}, expected ctr-gcn, or false"
            )
        return self

    @property
    def widths(self) -> tuple[int, int, int]:
        """Channels of blocks 1-4, 5-7 and 8-10."""
        first, second, third = (max(8, int(w * self.width / 8 + 0.5) * 8) for w in BASE_WIDTHS)
        return first, second, third
