"""From a clip's raw joints to an input, in tensor operations alone, as `encode_input` makes it."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from skelshot.skeletons import InputSpec, SkeletonLayout
from skelshot.skeletons.mappings import mapping_matrix

_TOO_SHORT = 1e-6


class InputGraph(nn.Module):
    """Input of an encoder, or of a method that reads positions, for clips of any length.

    Args:
        spec: What the input is.
        layout: The joints of the clips, W of them, from which those of the input can be made.

    Raises:
        SkelshotError: They cannot.

    Example:
        >>> from skelshot.skeletons.layouts import COCO_17
        >>> graph = InputGraph(InputSpec(layout="kinect-v1", frames=16), COCO_17)
        >>> there = torch.ones(1, 40, dtype=torch.bool)
        >>> graph(torch.rand(1, 40, 17, 3), there, torch.ones(1, 40, 17)).shape
        torch.Size([1, 3, 16, 20, 1])
    """

    weights: Tensor
    measured: Tensor
    used: Tensor

    def __init__(self, spec: InputSpec, layout: SkeletonLayout) -> None:
        super().__init__()
        self.spec = spec
        self.is_mapped = layout != spec.layout
        weights, measured = mapping_matrix(layout, spec.layout)
        used = np.flatnonzero(weights.any(axis=0))  # a joint that nobody uses may be no number
        self.register_buffer("weights", torch.from_numpy(weights[:, used]))
        self.register_buffer("measured", torch.from_numpy(measured.astype(np.float32)))
        self.register_buffer("used", torch.from_numpy(used))

    def forward(self, joints: Tensor, present: Tensor, confidence: Tensor) -> Tensor:
        """Make the input.

        Args:
            joints: Coordinates (M', T', W, C).
            present: Who is there, (M', T').
            confidence: How sure the source is of each joint, (M', T', W); read only where the
                input has such a channel.

        Returns:
            (1, C', T, V, M).
        """
        spec = self.spec
        joints, present = self._persons(self._mapped(joints), present)
        joints = self._normalised(joints, present)
        if spec.confidence:
            sure = self._mapped(confidence[..., None]) * self.measured[:, None]
            joints = torch.cat([joints, _zeroed(self._persons(sure, present)[0], present)], -1)
        joints, present = self._resized(joints, present)
        points, beside = joints[..., : spec.coordinates], joints[..., spec.coordinates :]
        streams = [self._stream(points, present, kind) for kind in spec.streams]
        return torch.cat([*streams, beside], -1).permute(3, 1, 2, 0)[None]

    def _mapped(self, joints: Tensor) -> Tensor:
        return self.weights @ joints.index_select(2, self.used) if self.is_mapped else joints

    def _persons(self, joints: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Take the first persons; missing ones are filled in as the spec says."""
        first, there = joints[:1], present[:1]
        if self.spec.second_person == "copy":
            is_alone = torch.ones_like(present[:, 0], dtype=torch.int64).sum() == 1
            joints = torch.cat([joints, first * is_alone])
            present = torch.cat([present, there & is_alone])
        missing = self.spec.persons - 1
        joints = torch.cat([joints, *[torch.zeros_like(first)] * missing])[: self.spec.persons]
        present = torch.cat([present, *[torch.zeros_like(there)] * missing])[: self.spec.persons]
        return _zeroed(joints, present), present

    def _normalised(self, joints: Tensor, present: Tensor) -> Tensor:
        layout, spec = self.spec.layout, self.spec
        person = present.any(1).float().argmax().view(1)
        there = present.index_select(0, person)[0]
        if spec.align != "none":
            frame = there.float().argmax().view(1)
            lead = joints.index_select(0, person)[0].index_select(0, frame)[0]
            joints = _zeroed(joints - lead[list(layout.centre)].mean(0), present)
        if spec.align == "facing":
            lead = joints.index_select(0, person)[0]
            lines = [line for line in (layout.hips, layout.shoulders) if line is not None]
            left, right = (lead[:, list(side)].sum(1) for side in zip(*lines, strict=True))
            joints = _zeroed(_turned(joints, _mean(right - left, there)), present)
        if spec.torso_scale:
            lead = joints.index_select(0, person)[0]
            lower, upper = (lead[:, list(end)].mean(1) for end in layout.trunk)
            length = _median((upper - lower).square().sum(-1).sqrt(), there)
            usable = (length > _TOO_SHORT) & (length < torch.inf)
            joints = joints / torch.where(usable, length, torch.ones_like(length))
        return joints

    def _resized(self, joints: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Cut the middle out of the valid length and read it at the input's moments."""
        spec = self.spec
        places = torch.ones_like(present[0], dtype=torch.int64).cumsum(0) - 1
        if spec.absent == "zeros":
            begin = places[0]
            length = (joints[..., : spec.coordinates].sum(-1).sum(0).sum(-1) != 0).sum()
            present = present | present.any(1, keepdim=True)
        else:
            valid = present.any(0)
            begin = valid.float().argmax()
            length = (places * valid).max() - begin + 1
        margin = ((1 - spec.crop) * length.double() / 2).floor()
        kept = length - 2 * margin
        moments = (torch.arange(spec.frames).double() + 0.5) * (kept / spec.frames) - 0.5
        moments = torch.minimum(moments.clamp(min=0), kept - 1) + begin + margin
        before = moments.long()
        after = torch.minimum(before + 1, places.max())
        return _between(joints, present, before, after, (moments - before).float())

    def _stream(self, joints: Tensor, present: Tensor, kind: str) -> Tensor:
        if kind.startswith("bone"):
            joints = joints - joints[:, :, list(self.spec.layout.parents)]
        if kind.endswith("motion"):
            steps = joints[:, 1:] - joints[:, :-1]
            joints = pad(_zeroed(steps, present[:, 1:] & present[:, :-1]), (0, 0, 0, 0, 0, 1))
        return _zeroed(joints, present)


def _zeroed(joints: Tensor, present: Tensor) -> Tensor:
    """Set the joints of absent persons to zero, whatever stands there."""
    return torch.where(present[..., None, None], joints, torch.zeros((), dtype=joints.dtype))


def _mean(values: Tensor, there: Tensor) -> Tensor:
    """Average (T, C) over the frames that count."""
    return (values * there[:, None]).sum(0) / there.sum().clamp(min=1)


def _median(values: Tensor, there: Tensor) -> Tensor:
    """Return the median of (T,) over the frames that count."""
    rising = torch.where(there, values, torch.full_like(values, torch.inf)).sort()[0]
    count = there.sum().clamp(min=1)
    middle = torch.stack([(count - 1) // 2, count // 2])
    return rising.index_select(0, middle).mean()


def _turned(joints: Tensor, line: Tensor) -> Tensor:
    """Turn joints about the vertical so that a line (3,) lies along +x, seen from above."""
    x, z = line[0], line[2]
    length = (x.double().square() + z.double().square()).sqrt()
    usable = (length > _TOO_SHORT) & (length < torch.inf)
    nothing, one = torch.zeros_like(x), torch.ones_like(x)
    cos = torch.where(usable, (x / length).float(), one)
    sin = torch.where(usable, (z / length).float(), nothing)
    turn = torch.stack([cos, nothing, sin, nothing, one, nothing, -sin, nothing, cos]).view(3, 3)
    return joints @ turn.T


def _between(
    joints: Tensor, present: Tensor, before: Tensor, after: Tensor, weight: Tensor
) -> tuple[Tensor, Tensor]:
    """Read joints between two frames each; beside an absence the frame that is there counts."""
    there_before, there_after = present.index_select(1, before), present.index_select(1, after)
    late = weight > 0.5
    there = (late & there_after) | (~late & there_before)
    mixed = torch.where(there_after, weight, torch.zeros_like(weight)) * there_before
    mixed = mixed + (there_after & ~there_before)
    earlier = joints.index_select(1, before)
    read = earlier + mixed[..., None, None] * (joints.index_select(1, after) - earlier)
    return _zeroed(read, there), there
