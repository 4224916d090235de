"""The skeleton as adjacency matrices: one a subset of neighbours.

A matrix `A[v, u]` weighs the edge from the source joint v to the target joint u, so that the
target's new value is `sum_v x[v] A[v, u]`.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path
from torch import Tensor

from skelshot.skeletons.layouts import SkeletonLayout

Matrix = NDArray[np.float64]


def column_normalised(adjacency: Matrix) -> Matrix:
    """Divide each column by its sum, so that a target's incoming weights add up to 1.

    Args:
        adjacency: (V, V) weights, `A[source, target]`.

    Returns:
        `A D^-1` with D the column sums, (V, V); empty columns stay zero.

    Example:
        >>> column_normalised(np.array([[1.0, 0.0], [3.0, 0.0]]))
        array([[0.25, 0.  ], [0.75, 0.  ]])
    """
    sums = adjacency.sum(axis=0)
    normalised = np.zeros_like(adjacency)
    np.divide(adjacency, sums, out=normalised, where=sums > 0)
    return normalised


def outward_edges(layout: SkeletonLayout) -> Matrix:
    """Return the edges that carry a parent's value to its children.

    In the published code an edge (child, parent) sets `A[parent, child]`, and the subset is
    called inward after the edge's own direction; here the name says where values go.

    Args:
        layout: The skeleton.

    Returns:
        (V, V) of 0 and 1, `A[source, target]`.
    """
    adjacency = np.zeros((layout.num_joints, layout.num_joints))
    for child, parent in layout.bones:
        adjacency[parent, child] = 1.0
    return adjacency


def hops_to_centre(layout: SkeletonLayout) -> NDArray[np.int64]:
    """Count the bones between each joint and the layout's centre.

    Args:
        layout: The skeleton; with several centre joints the nearest one counts.

    Returns:
        Hop distances (V,).

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> hops_to_centre(KINECT_V2)[[1, 0, 20, 3]]
        array([0, 1, 1, 3])
    """
    edges = outward_edges(layout)
    neighbours = edges + edges.T
    hops = np.full(layout.num_joints, -1, dtype=np.int64)
    reached = np.zeros(layout.num_joints, bool)
    reached[list(layout.centre)] = True
    distance = 0
    while (reached & (hops < 0)).any():
        hops[reached & (hops < 0)] = distance
        reached = reached | (neighbours[:, reached].sum(axis=1) > 0)
        distance += 1
    return hops


def joint_hops(layout: SkeletonLayout) -> Tensor:
    """Count the bones between each two joints.

    Args:
        layout: The skeleton with V joints.

    Returns:
        (V, V) int64; V for joints that nothing joins.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V2
        >>> joint_hops(KINECT_V2)[3, [3, 2, 20, 1]].tolist()
        [0, 1, 2, 3]
    """
    hops = shortest_path(outward_edges(layout), directed=False, unweighted=True)
    return torch.from_numpy(np.minimum(hops, layout.num_joints).astype(np.int64))


def direction_partition(layout: SkeletonLayout) -> Tensor:
    """Return the joint itself, values from its parent, and values from its children.

    Source: the graph of 2s-AGCN (Shi et al. 2019, section 3) and CTR-GCN (Chen et al. 2021).

    Args:
        layout: The skeleton with V joints.

    Returns:
        (3, V, V) float32, `A[subset, source, target]`; the last two are column-normalised.
    """
    from_parent = outward_edges(layout)
    subsets = [
        np.eye(layout.num_joints),
        column_normalised(from_parent),
        column_normalised(from_parent.T),
    ]
    return torch.from_numpy(np.stack(subsets)).float()


def spatial_partition(layout: SkeletonLayout) -> Tensor:
    """Return the root, centripetal and centrifugal neighbours of each joint.

    A neighbour as far from the centre as the target itself belongs to the root subset, a
    nearer one is centripetal, a farther one centrifugal (ST-GCN, Yan et al. 2018, eq. 8). The
    weights are those of the whole graph with self-loops, normalised as `A D^-1`.

    Args:
        layout: The skeleton with V joints.

    Returns:
        (3, V, V) float32, `A[subset, source, target]`; the three add up to the normalised
        graph.
    """
    hops = hops_to_centre(layout)
    source, target = hops[:, None], hops[None, :]
    weights = _whole_graph(layout)
    subsets = [
        weights * (source == target),
        weights * (source < target),
        weights * (source > target),
    ]
    return torch.from_numpy(np.stack(subsets)).float()


def released_partition(layout: SkeletonLayout) -> Tensor:
    """Return the subsets of the public ST-GCN code: the joint itself, other sources, nearer ones.

    Public code (yysijie/st-gcn; PYSKL's `stgcn_spatial` is the same) counts hops to the root of
    the skeleton's tree, and only as far as the graph reaches, one hop. Joints beyond that are all
    as far, so that edges between them are in the second subset in both directions, and so are the
    edges that lead inwards; the third subset holds the edges from the root to its neighbours and
    from these outwards.

    Args:
        layout: The skeleton with V joints.

    Returns:
        (3, V, V) float32, `A[subset, source, target]`, in the order of the public code, so that
        weights trained with it keep their meaning; the three add up to the graph with self-loops,
        normalised as `A D^-1`.
    """
    weights, itself = _whole_graph(layout), np.eye(layout.num_joints, dtype=bool)
    hops = np.full(layout.num_joints, 2)
    hops[weights[:, layout.root] > 0] = 1
    hops[layout.root] = 0
    nearer = hops[:, None] < hops[None, :]
    subsets = [weights * itself, weights * (~nearer & ~itself), weights * nearer]
    return torch.from_numpy(np.stack(subsets)).float()


def _whole_graph(layout: SkeletonLayout) -> Matrix:
    """Return the bones in both directions and the self-loops, column-normalised, (V, V)."""
    edges = outward_edges(layout)
    return column_normalised(edges + edges.T + np.eye(layout.num_joints))
