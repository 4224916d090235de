"""The names of tensors in public checkpoints, as conversions of our encoders' tensors.

Sources, for the names: Uason-Chen/CTR-GCN, lshiwjx/2s-AGCN, yysijie/st-gcn and
kennymckormick/pyskl.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from skelshot.encoders.blocks import BlockPlan, ten_blocks
from skelshot.encoders.graph_spec import BASE_WIDTHS
from skelshot.encoders.public.conversions import (
    Conversion,
    Conversions,
    batch_norms,
    convolution,
    joined,
    shortcut,
)

SUBSETS = range(3)
SPATIAL, TEMPORAL = "spatial", "temporal"


@dataclass(frozen=True)
class PublicLayout:
    """The layout of a public checkpoint.

    Args:
        name: The name users type.
        encoder: Which encoder of ours it is.
        block: From a block's number and plan to the conversions of its tensors.
        data_norm: The first batch norm.
        first: A convolution of the raw channels.
        base: A norm with as many channels as the first block.
        joints: A tensor whose last axis are the joints.
        head: The classifier.
        graphs: The fixed graphs, where the file has them, by block; all must be ours.
        fed: What the public code feeds, in a sentence.
        inputs: The nearest input specification, besides layout, persons and streams.
        spec: What the encoder's specification has besides its sizes.
    """

    name: str
    encoder: str
    block: Callable[[int, BlockPlan], Conversions]
    data_norm: str
    first: str
    base: str
    joints: str
    head: str
    graphs: tuple[str, ...]
    fed: str
    inputs: Mapping[str, object]
    spec: Mapping[str, object] = field(default_factory=dict)

    def conversions(self) -> Conversions:
        """Return the conversions of all tensors of the encoder but the counters of its norms."""
        found = batch_norms("input_norm", {self.data_norm: []})
        for number, plan in enumerate(ten_blocks(3, BASE_WIDTHS)):
            parts = self.block(number, plan)
            found |= {f"blocks.{number}.{name}": conversion for name, conversion in parts.items()}
        return found

    def names(self) -> list[str]:
        """List the names that such a checkpoint has at least, in order, each once."""
        return list(
            dict.fromkeys(name for each in self.conversions().values() for name in each.names)
        )


def _ctr_gcn(number: int, plan: BlockPlan) -> Conversions:
    block = f"l{number + 1}"
    unit = f"{block}.gcn1"
    parts = [f"{unit}.convs.{k}" for k in SUBSETS]
    compared = [f"{part}.{conv}" for conv in ("conv1", "conv2") for part in parts]
    found = {
        f"{SPATIAL}.A_learned": joined(f"{unit}.PA"),
        f"{SPATIAL}.refine": _stacked(f"{part}.conv4.weight" for part in parts),
    }
    return found | _channelwise(plan, block, parts, compared)


def _pyskl_ctr_gcn(number: int, plan: BlockPlan) -> Conversions:
    """Make a block of PYSKL's CTR-GCN, which gathers along the columns of its topologies.

    There R_k[source, target] = A_k + alpha (refine_k tanh(psi_k(source) - phi_k(target))). Turned
    to [target, source] that is our R_k with A_k turned, psi and phi exchanged and refine_k negated.
    """
    block = f"backbone.net.{number}"
    unit = f"{block}.gcn1"
    parts = [f"{unit}.convs.{k}" for k in SUBSETS]
    compared = [f"{part}.{conv}" for conv in ("conv2", "conv1") for part in parts]
    refine = _stacked(f"{part}.conv4.weight" for part in parts)
    found = {
        f"{SPATIAL}.A_learned": Conversion((f"{unit}.A",), lambda found: found[0].transpose(1, 2)),
        f"{SPATIAL}.refine": Conversion(refine.names, lambda found: -refine.make(found)),
    }
    return found | _channelwise(plan, block, parts, compared)


def _channelwise(
    plan: BlockPlan, block: str, parts: Sequence[str], compared: Sequence[str]
) -> Conversions:
    """Make what a block of CTR-GCN has under the same names wherever it is from."""
    unit, time = f"{block}.gcn1", f"{block}.tcn1.branches"
    opened = [f"{time}.{branch}" for branch in range(3)]
    last = f"{time}.3"
    found = {
        f"{SPATIAL}.alpha": Conversion((f"{unit}.alpha",), lambda tensors: tensors[0].reshape(())),
        f"{SPATIAL}.psi_phi.weight": _flat(f"{name}.weight" for name in compared),
        f"{SPATIAL}.psi_phi.bias": joined(*(f"{name}.bias" for name in compared)),
        f"{SPATIAL}.refine_bias": _stacked(f"{part}.conv4.bias" for part in parts),
        f"{TEMPORAL}.opening.weight": convolution(*(f"{branch}.0" for branch in opened)),
        f"{TEMPORAL}.near.weight": convolution(f"{opened[0]}.3.conv"),
        f"{TEMPORAL}.far.weight": convolution(f"{opened[1]}.3.conv"),
        f"{TEMPORAL}.point.weight": convolution(f"{last}.0"),
    }
    for k, part in enumerate(parts):
        found[f"{SPATIAL}.value.{k}.weight"] = convolution(f"{part}.conv3")
        found[f"{SPATIAL}.value.{k}.bias"] = joined(f"{part}.conv3.bias")
    found |= batch_norms(f"{SPATIAL}.norm", {f"{unit}.bn": []})
    found |= batch_norms(
        f"{TEMPORAL}.opening_norm", {f"{branch}.1": [f"{branch}.0"] for branch in opened}
    )
    found |= batch_norms(
        f"{TEMPORAL}.norm",
        {
            f"{opened[0]}.3.bn": [f"{opened[0]}.3.conv"],
            f"{opened[1]}.3.bn": [f"{opened[1]}.3.conv"],
            f"{opened[2]}.4": [],
            f"{last}.1": [f"{last}.0"],
        },
    )
    return found | _ways_around(plan, block, unit)


def _agcn(number: int, plan: BlockPlan) -> Conversions:
    block = f"l{number + 1}"
    unit, time = f"{block}.gcn1", f"{block}.tcn1"
    embedded = [f"{unit}.{conv}.{k}" for conv in ("conv_a", "conv_b") for k in SUBSETS]
    values = [f"{unit}.conv_d.{k}" for k in SUBSETS]
    found = {
        f"{SPATIAL}.B_learned": joined(f"{unit}.PA"),
        f"{SPATIAL}.theta_phi.weight": convolution(*embedded),
        f"{SPATIAL}.theta_phi.bias": joined(*(f"{name}.bias" for name in embedded)),
        f"{SPATIAL}.value.weight": convolution(*values, dim=1),
        f"{TEMPORAL}.convolution.weight": convolution(f"{time}.conv"),
    }
    found |= batch_norms(f"{SPATIAL}.norm", {f"{unit}.bn": values})
    found |= batch_norms(f"{TEMPORAL}.norm", {f"{time}.bn": [f"{time}.conv"]})
    return found | _ways_around(plan, block, unit)


def _ways_around(plan: BlockPlan, block: str, unit: str) -> Conversions:
    """Make the shortcuts of a block of CTR-GCN, of whichever names, or 2s-AGCN."""
    found: Conversions = {}
    if plan.channels_in != plan.channels_out:
        found |= shortcut(f"{SPATIAL}.down", f"{unit}.down.0", f"{unit}.down.1")
    if _is_bent(plan):
        found |= shortcut("shortcut", f"{block}.residual.conv", f"{block}.residual.bn")
    return found


def _st_gcn(number: int, plan: BlockPlan) -> Conversions:
    block = f"st_gcn_networks.{number}"
    found = {
        f"{SPATIAL}.edge_importance": joined(f"edge_importance.{number}"),
        f"{TEMPORAL}.convolution.weight": convolution(f"{block}.tcn.2"),
    }
    found |= _values_first(f"{block}.gcn.conv", f"{block}.tcn.0")
    found |= batch_norms(f"{TEMPORAL}.norm", {f"{block}.tcn.3": [f"{block}.tcn.2"]})
    if _is_bent(plan):
        found |= shortcut("shortcut", f"{block}.residual.0", f"{block}.residual.1")
    return found


def _pyskl_st_gcn(number: int, plan: BlockPlan) -> Conversions:
    block = f"backbone.gcn.{number}"
    found = {
        f"{SPATIAL}.edge_importance": joined(f"{block}.gcn.PA"),
        f"{TEMPORAL}.convolution.weight": convolution(f"{block}.tcn.conv"),
    }
    found |= _values_first(f"{block}.gcn.conv", f"{block}.gcn.bn")
    found |= batch_norms(f"{TEMPORAL}.norm", {f"{block}.tcn.bn": [f"{block}.tcn.conv"]})
    if _is_bent(plan):
        found |= shortcut("shortcut", f"{block}.residual.conv", f"{block}.residual.bn")
    return found


def _values_first(conv: str, norm: str) -> Conversions:
    """Make ST-GCN's spatial layer, whose public form multiplies with W_k before it gathers."""

    def by_subset(tensors: Sequence[Tensor]) -> Tensor:
        return tensors[0].reshape(len(SUBSETS), -1, *tensors[0].shape[1:])

    def weight(tensors: Sequence[Tensor]) -> Tensor:
        return by_subset(tensors).flatten(2).transpose(0, 1).flatten(1)[:, :, None, None]

    return {
        f"{SPATIAL}.value.weight": Conversion((f"{conv}.weight",), weight),
        f"{SPATIAL}.value_bias": Conversion((f"{conv}.bias",), by_subset),
    } | batch_norms(f"{SPATIAL}.norm", {norm: []})


def _is_bent(plan: BlockPlan) -> bool:
    """Tell whether the way around a block needs weights."""
    return not plan.is_first and (plan.channels_in != plan.channels_out or plan.stride > 1)


def _flat(names: Iterable[str]) -> Conversion:
    """Join 1x1 convolutions as one linear layer, (O, I)."""
    return Conversion(tuple(names), lambda tensors: torch.cat(list(tensors)).flatten(1))


def _stacked(names: Iterable[str]) -> Conversion:
    """Stack 1x1 convolutions, or their biases, one a subset: (K, O, I), or (K, O, 1)."""
    return Conversion(
        tuple(names), lambda tensors: torch.stack([t.reshape(len(t), -1) for t in tensors])
    )


PYSKL_FEEDS = (
    "100 frames drawn evenly, moved to the middle of the spine in the first frame, the spine "
    "turned along z and the shoulders along x; of pictures places from -1 to 1"
)
"""What PYSKL feeds all its networks."""

LAYOUTS: tuple[PublicLayout, ...] = (
    PublicLayout(
        name="ctr-gcn",
        encoder="ctr-gcn",
        block=_ctr_gcn,
        data_norm="data_bn",
        first="l1.gcn1.convs.0.conv1",
        base="l1.gcn1.bn",
        joints="l1.gcn1.PA",
        head="fc",
        graphs=(),
        fed="the middle 95 % of a clip, resized to 64 frames, moved to the middle of person 1's "
        "spine in the first frame; on NW-UCLA 52 frames, each axis scaled to -1 to 1",
        inputs={"align": "root", "frames": 64, "crop": 0.95, "absent": "zeros"},
    ),
    PublicLayout(
        name="2s-agcn",
        encoder="agcn",
        block=_agcn,
        data_norm="data_bn",
        first="l1.gcn1.conv_a.0",
        base="l1.gcn1.bn",
        joints="l1.gcn1.PA",
        head="fc",
        graphs=(),
        fed="300 frames, short clips repeated, each frame moved to the middle of the spine, the "
        "spine turned along z and the shoulders along x",
        inputs={"align": "facing", "frames": 300},
    ),
    PublicLayout(
        name="st-gcn",
        encoder="st-gcn",
        block=_st_gcn,
        data_norm="data_bn",
        first="st_gcn_networks.0.gcn.conv",
        base="st_gcn_networks.0.tcn.0",
        joints="A",
        head="fcn",
        graphs=("A",),
        fed="camera coordinates as they are, 300 frames, short clips followed by zeros; on "
        "Kinetics 150 frames of places in the picture, -0.5 to 0.5, and how sure they are",
        inputs={"align": "none", "frames": 300},
    ),
    PublicLayout(
        name="pyskl",
        encoder="st-gcn",
        block=_pyskl_st_gcn,
        data_norm="backbone.data_bn",
        first="backbone.gcn.0.gcn.conv",
        base="backbone.gcn.0.gcn.bn",
        joints="backbone.gcn.0.gcn.A",
        head="cls_head.fc_cls",
        graphs=tuple(f"backbone.gcn.{number}.gcn.A" for number in range(10)),
        fed=PYSKL_FEEDS,
        inputs={"align": "facing", "frames": 100},
    ),
    PublicLayout(
        name="pyskl-ctr-gcn",
        encoder="ctr-gcn",
        block=_pyskl_ctr_gcn,
        data_norm="backbone.data_bn",
        first="backbone.net.0.gcn1.convs.0.conv1",
        base="backbone.net.0.gcn1.bn",
        joints="backbone.net.0.gcn1.A",
        head="cls_head.fc_cls",
        graphs=(),
        fed=PYSKL_FEEDS,
        inputs={"align": "facing", "frames": 100},
        spec={"temporal_relu": True},
    ),
)
"""All layouts of public checkpoints that can be read."""
