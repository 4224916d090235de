"""A clip as an encoder sees it, and the way back to the clip's own frames and persons."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skelshot.skeletons import InputSpec, SkeletonSequence, encode_input
from skelshot.skeletons.inputs import input_moments
from skelshot.skeletons.sequence import BoolArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SeenClip:
    """The positions that the streams of an encoder's input are made of.

    Attribution is of these: the joints after placing, turning and scaling, at the moments that
    the encoder looks at. From here to the encoder's input everything is linear. The way back
    is exact in its sums: what belongs to a moment goes to the frames of its share of the clip.

    Args:
        positions: Joints (C, T, V, M), zero where the person is absent.
        present: Who is there at each moment, (T, M).
        confidence: How sure the source is of each joint, (1, T, V, M); None where the encoder
            does not read it.
        shares: For each person of the clip's own how each moment is shared out to the clip's
            frames, (M', T, T'); rows add up to one where the person is there.
        copied: Whether the persons after the first are copies of it.
    """

    positions: Tensor
    present: Tensor
    confidence: Tensor | None
    shares: Tensor
    copied: bool

    @classmethod
    def of(cls, sequence: SkeletonSequence, spec: InputSpec) -> "SeenClip":
        """Look at a clip as an encoder does.

        Args:
            sequence: The clip, joints (M', T', V, C).
            spec: What the encoder expects.

        Returns:
            The clip as it is seen.

        Raises:
            SkelshotError: The clip does not fit the encoder; see `encode_input`.
        """
        joints = encode_input(sequence, spec.model_copy(update={"streams": ("joint",)}))
        moments, present = input_moments(sequence, spec)
        seen = torch.from_numpy(joints)
        copied = spec.second_person == "copy" and sequence.persons == 1
        return cls(
            positions=seen[: spec.coordinates],
            present=torch.from_numpy(present.T.copy()),
            confidence=seen[spec.coordinates :] if spec.confidence else None,
            shares=torch.from_numpy(_shares(moments, present, sequence.present)),
            copied=copied,
        )

    def to_clip(self, values: Tensor) -> Tensor:
        """Bring values of the positions to the clip's own frames and persons.

        Args:
            values: One a coordinate, (C, T, V, M), as the encoder sees the clip.

        Returns:
            One a coordinate, (C, T', V, M'), of the same sum; zero for persons and frames that
            the encoder does not look at.
        """
        if self.copied:
            values = values.sum(-1, keepdim=True)
        own = values.new_zeros(*values.shape[:1], self.shares.shape[2], *values.shape[2:])
        persons = min(values.shape[-1], len(self.shares))
        own = own[..., :1].repeat(1, 1, 1, len(self.shares))
        own[..., :persons] = torch.einsum(
            "ctvm,mtf->cfvm", values[..., :persons], self.shares[:persons].to(values)
        )
        return own


def encoder_input(
    positions: Tensor, present: Tensor, confidence: Tensor | None, spec: InputSpec
) -> Tensor:
    """Make the input of an encoder from the positions of clips, with gradients.

    Args:
        positions: Joints (n, C, T, V, M).
        present: Who is there, (n, T, M).
        confidence: (n, 1, T, V, M), where the encoder reads it.
        spec: What the encoder expects.

    Returns:
        The input (n, C', T, V, M), as `encode_input` gives it.
    """
    there = present[:, None, :, None, :].to(positions.dtype)
    parents = list(spec.layout.parents)
    streams = []
    for kind in spec.streams:
        values = positions
        if kind.startswith("bone"):
            values = values - values[:, :, :, parents]
        if kind.endswith("motion"):
            steps = (values[:, :, 1:] - values[:, :, :-1]) * there[:, :, 1:] * there[:, :, :-1]
            values = torch.cat([steps, torch.zeros_like(values[:, :, :1])], dim=2)
        streams.append(values * there)
    return torch.cat(streams if confidence is None else [*streams, confidence], dim=1)


def _shares(moments: FloatArray, present: BoolArray, there: BoolArray) -> NDArray[np.float32]:
    """Share each moment out to the frames around it, person by person.

    The share of a moment reaches half way to its neighbours; a frame takes as much of it as it
    overlaps. A person's share goes to the frames with that person alone.

    Args:
        moments: Rising moments (T,), in frames of the clip.
        present: Who is there at each moment, (M, T).
        there: Who is there in each frame of the clip, (M', T').

    Returns:
        Parts (M', T, T').
    """
    frames = np.arange(there.shape[1])
    step = moments[1] - moments[0] if len(moments) > 1 else float(len(frames))
    low, high = moments - step / 2, moments + step / 2
    overlap = np.minimum(high[:, None], frames + 0.5) - np.maximum(low[:, None], frames - 0.5)
    nearest = np.abs(moments[:, None] - frames) <= 0.5
    shares = np.zeros((len(there), len(moments), len(frames)), np.float32)
    for person in range(min(len(there), len(present))):
        parts = np.clip(overlap, 0, None) * there[person]
        empty = parts.sum(1) <= 0
        parts[empty] = (nearest * there[person])[empty]
        # where zeros are read for an absent person there may be no frame to give a share to
        parts[parts.sum(1) <= 0] = 1
        parts *= present[person][:, None]
        shares[person] = parts / np.maximum(parts.sum(1, keepdims=True), 1e-12)
    return shares
