"""Public networks written down once more, as functions of weights under their public names.

Clips are `(N, C, T, V, M)`, features `(B, C, T, V)` with persons beside clips; all in evaluation.
Written from the papers' formulas and the names of tensors, for tests alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

Weights = dict[str, Tensor]
JOINTS, FRAMES = 25, 8
BLOCKS = [(3, 8, 1)] + [(8, 8, 1)] * 3 + [(8, 16, 2)] + [(16, 16, 1)] * 2 + [(16, 32, 2)]
BLOCKS += [(32, 32, 1)] * 2
EDGES = [
    (1, 2), (2, 21), (3, 21), (4, 3), (5, 21), (6, 5), (7, 6), (8, 7), (9, 21), (10, 9), (11, 10),
    (12, 11), (13, 1), (14, 13), (15, 14), (16, 15), (17, 1), (18, 17), (19, 18), (20, 19),
    (22, 23), (23, 8), (24, 25), (25, 12),
]  # fmt: skip
"""The published bones of NTU RGB+D, child and parent, from 1."""


class Network(NamedTuple):
    """Random weights, and what they compute of clips: vectors, and scores of classes."""

    weights: Weights
    vectors: Callable[[Weights, Tensor], Tensor]
    head: str


class Filler:
    """Draws weights under public names."""

    def __init__(self) -> None:
        self.random = torch.Generator().manual_seed(0)
        self.weights: Weights = {}

    def draw(self, name: str, *shape: int, about: float = 0.0, scale: float = 0.3) -> None:
        self.weights[name] = about + scale * torch.randn(*shape, generator=self.random)

    def conv(self, name: str, c_in: int, c_out: int, frames: int = 1) -> None:
        self.draw(f"{name}.weight", c_out, c_in, frames, 1, scale=(c_in * frames) ** -0.5)
        self.draw(f"{name}.bias", c_out)

    def norm(self, name: str, channels: int) -> None:
        self.draw(f"{name}.weight", channels, about=1.0)
        self.draw(f"{name}.bias", channels)
        self.draw(f"{name}.running_mean", channels)
        self.draw(f"{name}.running_var", channels)
        self.weights[f"{name}.running_var"].abs_().add_(0.5)
        self.weights[f"{name}.num_batches_tracked"] = torch.tensor(7)


def norm(w: Weights, name: str, x: Tensor) -> Tensor:
    parts = (w[f"{name}.{kind}"] for kind in ("running_mean", "running_var", "weight", "bias"))
    return F.batch_norm(x, *parts)


def conv(w: Weights, name: str, x: Tensor, stride: int = 1, apart: int = 1) -> Tensor:
    weight = w[f"{name}.weight"]
    pad = apart * (weight.shape[2] - 1) // 2
    return F.conv2d(x, weight, w[f"{name}.bias"], (stride, 1), (pad, 0), (apart, 1))


def around(w: Weights, first: str, second: str, x: Tensor, stride: int = 1) -> Tensor:
    """The way around a layer, which has weights where the file has any."""
    return norm(w, second, conv(w, first, x, stride)) if f"{first}.weight" in w else x


def direction_graph() -> Tensor:
    """The joint itself, its parent and its children: (3, source, target), columns sum to 1."""
    inward = torch.zeros(JOINTS, JOINTS)
    for child, parent in EDGES:
        inward[parent - 1, child - 1] = 1
    both = [A / A.sum(0, keepdim=True).clamp(min=1) for A in (inward, inward.T)]
    return torch.stack([torch.eye(JOINTS), *both])


def distance_graph() -> Tensor:
    """ST-GCN's released subsets around joint 21, hops counted up to one."""
    near = torch.eye(JOINTS)
    for child, parent in EDGES:
        near[parent - 1, child - 1] = near[child - 1, parent - 1] = 1
    near /= near.sum(0)
    hops = [0 if v == 20 else 1 if near[v, 20] > 0 else 9 for v in range(JOINTS)]
    subsets = torch.zeros(3, JOINTS, JOINTS)
    for source in range(JOINTS):
        for target in range(JOINTS):
            farther = hops[source] >= hops[target]
            subset = 0 if source == target else 1 if farther else 2
            subsets[subset, source, target] = near[source, target]
    return subsets


def folded(w: Weights, name: str, x: Tensor, per_person: bool) -> Tensor:
    """Norm the raw channels and put persons beside clips."""
    N, C, T, V, M = x.shape
    series = x.permute(0, 4, 3, 1, 2).reshape(N if per_person else N * M, -1, T)
    return norm(w, name, series).view(N * M, V, C, T).permute(0, 2, 3, 1)


def pooled(x: Tensor, clips: int) -> Tensor:
    return x.mean((2, 3)).view(clips, -1, x.shape[1]).mean(1)


def agcn(w: Weights, clips: Tensor) -> Tensor:
    x, graph = folded(w, "data_bn", clips, True), direction_graph()
    for number, (_, _, stride) in enumerate(BLOCKS, 1):
        unit, came = f"l{number}.gcn1", x
        total = torch.zeros(())
        for k in range(3):
            theta, phi = (conv(w, f"{unit}.conv_{which}.{k}", x) for which in "ab")
            alike = torch.einsum("bctu,bctv->buv", theta, phi) / (theta[0, :, :, 0].numel())
            A = graph[k] + w[f"{unit}.PA"][k] + alike.softmax(1)
            gathered = torch.einsum("bctu,buv->bctv", x, A)
            total = total + conv(w, f"{unit}.conv_d.{k}", gathered)
        y = norm(w, f"{unit}.bn", total)
        x = F.relu(y + around(w, f"{unit}.down.0", f"{unit}.down.1", x))
        y = norm(w, f"l{number}.tcn1.bn", conv(w, f"l{number}.tcn1.conv", x, stride))
        if number > 1:
            names = (f"l{number}.residual.conv", f"l{number}.residual.bn")
            y = y + around(w, *names, came, stride)
        x = F.relu(y)
    return pooled(x, len(clips))


def ctr_gcn(w: Weights, clips: Tensor) -> Tensor:
    x = folded(w, "data_bn", clips, True)
    for number, (_, _, stride) in enumerate(BLOCKS, 1):
        unit, came = f"l{number}.gcn1", x
        total = torch.zeros(())
        for k in range(3):
            part = f"{unit}.convs.{k}"
            psi, phi = (conv(w, f"{part}.conv{which}", x).mean(2) for which in (1, 2))
            apart = torch.tanh(psi[:, :, :, None] - phi[:, :, None, :])
            R = conv(w, f"{part}.conv4", apart) * w[f"{unit}.alpha"] + w[f"{unit}.PA"][k]
            value = conv(w, f"{part}.conv3", x)
            total = total + torch.einsum("bcuv,bctv->bctu", R, value)
        y = norm(w, f"{unit}.bn", total)
        x = F.relu(y + around(w, f"{unit}.down.0", f"{unit}.down.1", x))
        y = branches_over_time(w, f"l{number}.tcn1.branches", x, stride)
        if number > 1:
            names = (f"l{number}.residual.conv", f"l{number}.residual.bn")
            y = y + around(w, *names, came, stride)
        x = F.relu(y)
    return pooled(x, len(clips))


def pyskl_ctr_gcn(w: Weights, clips: Tensor) -> Tensor:
    """PYSKL sums over u, where the published code sums over v, and has one relu more."""
    x = folded(w, "backbone.data_bn", clips, True)
    for number, (_, _, stride) in enumerate(BLOCKS):
        block, came = f"backbone.net.{number}", x
        total = torch.zeros(())
        for k in range(3):
            part = f"{block}.gcn1.convs.{k}"
            psi, phi = (conv(w, f"{part}.conv{which}", x).mean(2) for which in (1, 2))
            apart = torch.tanh(psi[:, :, :, None] - phi[:, :, None, :])
            R = conv(w, f"{part}.conv4", apart) * w[f"{block}.gcn1.alpha"]
            R = R + w[f"{block}.gcn1.A"][k]
            total = total + torch.einsum("bcuv,bctu->bctv", R, conv(w, f"{part}.conv3", x))
        y = norm(w, f"{block}.gcn1.bn", total)
        x = F.relu(y + around(w, f"{block}.gcn1.down.0", f"{block}.gcn1.down.1", x))
        y = F.relu(branches_over_time(w, f"{block}.tcn1.branches", x, stride))
        if number:
            y = y + around(w, f"{block}.residual.conv", f"{block}.residual.bn", came, stride)
        x = F.relu(y)
    return pooled(x, len(clips))


def branches_over_time(w: Weights, time: str, x: Tensor, stride: int) -> Tensor:
    branches = []
    for branch in range(3):
        y = F.relu(norm(w, f"{time}.{branch}.1", conv(w, f"{time}.{branch}.0", x)))
        if branch == 2:
            y = norm(w, f"{time}.2.4", F.max_pool2d(y, (3, 1), (stride, 1), (1, 0)))
        else:
            y = conv(w, f"{time}.{branch}.3.conv", y, stride, apart=branch + 1)
            y = norm(w, f"{time}.{branch}.3.bn", y)
        branches.append(y)
    branches.append(norm(w, f"{time}.3.1", conv(w, f"{time}.3.0", x, stride)))
    return torch.cat(branches, 1)


def _st_gcn(w: Weights, clips: Tensor, data: str, of: Callable[[int], dict[str, str]]) -> Tensor:
    x = folded(w, data, clips, False)
    for number, (_, _, stride) in enumerate(BLOCKS):
        name, came = of(number), x
        values = conv(w, name["values"], x).unflatten(1, (3, -1))
        A = w[name["graph"]] * w[name["importance"]]
        y = norm(w, name["inner"], torch.einsum("bkctv,kvw->bctw", values, A))
        y = norm(w, name["outer"], conv(w, name["time"], F.relu(y), stride))
        x = F.relu(y + around(w, name["around"], name["normed"], came, stride) if number else y)
    return pooled(x, len(clips))


def st_gcn_names(number: int) -> dict[str, str]:
    block = f"st_gcn_networks.{number}"
    return {
        "graph": "A", "importance": f"edge_importance.{number}", "values": f"{block}.gcn.conv",
        "inner": f"{block}.tcn.0", "time": f"{block}.tcn.2", "outer": f"{block}.tcn.3",
        "around": f"{block}.residual.0", "normed": f"{block}.residual.1",
    }  # fmt: skip


def pyskl_names(number: int) -> dict[str, str]:
    block = f"backbone.gcn.{number}"
    return {
        "graph": f"{block}.gcn.A", "importance": f"{block}.gcn.PA", "values": f"{block}.gcn.conv",
        "inner": f"{block}.gcn.bn", "time": f"{block}.tcn.conv", "outer": f"{block}.tcn.bn",
        "around": f"{block}.residual.conv", "normed": f"{block}.residual.bn",
    }  # fmt: skip


def _filled_agcn(fill: Filler) -> None:
    fill.norm("data_bn", 2 * JOINTS * 3)
    for number, (c_in, c_out, stride) in enumerate(BLOCKS, 1):
        unit = f"l{number}.gcn1"
        fill.draw(f"{unit}.PA", 3, JOINTS, JOINTS, scale=0.05)
        for k in range(3):
            fill.conv(f"{unit}.conv_a.{k}", c_in, c_out // 4)
            fill.conv(f"{unit}.conv_b.{k}", c_in, c_out // 4)
            fill.conv(f"{unit}.conv_d.{k}", c_in, c_out)
        fill.conv(f"l{number}.tcn1.conv", c_out, c_out, 9)
        fill.norm(f"l{number}.tcn1.bn", c_out)
        _filled_ways(fill, number, c_in, c_out, stride)


def _filled_ctr_gcn(fill: Filler) -> None:
    fill.norm("data_bn", 2 * JOINTS * 3)
    for number, (c_in, c_out, stride) in enumerate(BLOCKS, 1):
        unit, time, part = f"l{number}.gcn1", f"l{number}.tcn1.branches", c_out // 4
        relations = 8 if c_in == 3 else c_in // 8
        fill.draw(f"{unit}.PA", 3, JOINTS, JOINTS, scale=0.05)
        fill.draw(f"{unit}.alpha", 1, scale=0.05)  # activations that grow drown in rounding
        for k in range(3):
            fill.conv(f"{unit}.convs.{k}.conv1", c_in, relations)
            fill.conv(f"{unit}.convs.{k}.conv2", c_in, relations)
            fill.conv(f"{unit}.convs.{k}.conv3", c_in, c_out)
            fill.conv(f"{unit}.convs.{k}.conv4", relations, c_out)
        for branch in range(4):
            fill.conv(f"{time}.{branch}.0", c_out, part)
            fill.norm(f"{time}.{branch}.1", part)
        for branch in range(2):
            fill.conv(f"{time}.{branch}.3.conv", part, part, 5)
            fill.norm(f"{time}.{branch}.3.bn", part)
        fill.norm(f"{time}.2.4", part)
        _filled_ways(fill, number, c_in, c_out, stride)


def _pyskl_name(name: str) -> str:
    """From a name of CTR-GCN to PYSKL's: `l1.gcn1.PA` is `backbone.net.0.gcn1.A`."""
    first, _, rest = name.partition(".")
    if first == "data_bn":
        return f"backbone.{name}"
    return f"backbone.net.{int(first[1:]) - 1}.{rest.removesuffix('PA')}" + (
        "A" if rest.endswith(".PA") else ""
    )


def _filled_ways(fill: Filler, number: int, c_in: int, c_out: int, stride: int) -> None:
    unit = f"l{number}.gcn1"
    fill.norm(f"{unit}.bn", c_out)
    if c_in != c_out:
        fill.conv(f"{unit}.down.0", c_in, c_out)
        fill.norm(f"{unit}.down.1", c_out)
    if number > 1 and (c_in != c_out or stride > 1):
        fill.conv(f"l{number}.residual.conv", c_in, c_out)
        fill.norm(f"l{number}.residual.bn", c_out)


def _filled_st_gcn(fill: Filler, data: str, of: Callable[[int], dict[str, str]]) -> None:
    fill.norm(data, JOINTS * 3)
    for number, (c_in, c_out, stride) in enumerate(BLOCKS):
        name = of(number)
        fill.weights[name["graph"]] = distance_graph()
        fill.draw(name["importance"], 3, JOINTS, JOINTS, about=1.0)
        fill.conv(name["values"], c_in, 3 * c_out)
        fill.norm(name["inner"], c_out)
        fill.conv(name["time"], c_out, c_out, 9)
        fill.norm(name["outer"], c_out)
        if number and (c_in != c_out or stride > 1):
            fill.conv(name["around"], c_in, c_out)
            fill.norm(name["normed"], c_out)


def network(layout: str, classes: int = 60) -> Network:
    """Make a public network with random weights: 8, 16 and 32 channels wide."""
    fill = Filler()
    if layout == "2s-agcn":
        _filled_agcn(fill)
        made = Network(fill.weights, agcn, "fc")
    elif layout == "ctr-gcn":
        _filled_ctr_gcn(fill)
        made = Network(fill.weights, ctr_gcn, "fc")
    elif layout == "pyskl-ctr-gcn":
        _filled_ctr_gcn(fill)
        renamed = {_pyskl_name(name): tensor for name, tensor in fill.weights.items()}
        fill.weights = renamed | {"backbone.A": direction_graph()}
        made = Network(fill.weights, pyskl_ctr_gcn, "cls_head.fc_cls")
    else:
        is_pyskl = layout == "pyskl"
        data, of = ("backbone.data_bn", pyskl_names) if is_pyskl else ("data_bn", st_gcn_names)
        _filled_st_gcn(fill, data, of)
        made = Network(
            fill.weights,
            lambda w, clips: _st_gcn(w, clips, data, of),
            "cls_head.fc_cls" if is_pyskl else "fcn",
        )
    head = (classes, 32, 1, 1) if layout == "st-gcn" else (classes, 32)
    fill.draw(f"{made.head}.weight", *head)
    fill.draw(f"{made.head}.bias", classes)
    return made
