"""Occlusion: what the answer loses when a joint holds still for a while; no gradient needed."""

from typing import ClassVar

import torch
from pydantic import Field

from skelshot.explain.attribution_method import AttributionMethod, AttributionOptions, Shares
from skelshot.explain.baselines import Baseline, baseline_of
from skelshot.explain.question import POINTS_AT_ONCE, Question


class OcclusionOptions(AttributionOptions):
    """Options of occlusion.

    Attributes:
        blocks: Pieces that the clip's time is cut into; each joint is hidden in one at a time.
        baseline: What stands where a joint is hidden.
    """

    blocks: int = Field(6, ge=1, le=10_000)
    baseline: Baseline = "still"


class Occlusion(AttributionMethod):
    """Loss of the target when one joint of one person is hidden in one piece of time.

    Args:
        options: Options of the method.

    Example:
        >>> Occlusion().options.blocks
        6
    """

    name: ClassVar[str] = "occlusion"
    paper: ClassVar[str] = (
        "Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014"
    )
    options_type: ClassVar[type[AttributionOptions]] = OcclusionOptions
    options: OcclusionOptions

    def attribute(self, question: Question) -> Shares:
        """Hide block after block; a block's loss is shared out evenly among its coordinates."""
        positions, rows = question.positions, question.rows
        n, C, T, V, M = positions.shape
        whole = question.values(positions, rows)
        hidden = baseline_of(question, self.options.baseline)
        pieces = torch.tensor_split(torch.arange(T), min(self.options.blocks, T))
        blocks = [
            (row, piece, joint, person)
            for row in range(n)
            for person in range(M)
            for piece in pieces
            if bool(question.present[row, piece, person].any())
            for joint in range(V)
        ]
        shares = torch.zeros_like(positions)
        for first in range(0, len(blocks), POINTS_AT_ONCE):
            part = blocks[first : first + POINTS_AT_ONCE]
            which = torch.tensor([row for row, *_ in part], device=rows.device)
            points = positions[which]
            for place, (row, piece, joint, person) in enumerate(part):
                points[place, :, piece, joint, person] = hidden[row, :, piece, joint, person]
            lost = whole[which] - question.values(points, which)
            for loss, (row, piece, joint, person) in zip(lost, part, strict=True):
                there = question.present[row, piece, person].to(shares.dtype)
                even = loss / (C * there.sum())
                shares[row, :, piece, joint, person] = even * there
        return Shares(shares)
