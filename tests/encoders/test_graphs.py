import numpy as np
import pytest

from skelshot.encoders.graphs import (
    column_normalised,
    direction_partition,
    hops_to_centre,
    outward_edges,
    released_partition,
    spatial_partition,
)
from skelshot.skeletons.layouts import COCO_17, KINECT_V1, KINECT_V2, LAYOUTS, OPENPOSE_18

# Bones of the Kinect v2 as the published graphs list them: (child, parent), counted from 1.
NTU_BONES = [
    *[(1, 2), (2, 21), (3, 21), (4, 3), (5, 21), (6, 5), (7, 6), (8, 7), (9, 21), (10, 9)],
    *[(11, 10), (12, 11), (13, 1), (14, 13), (15, 14), (16, 15), (17, 1), (18, 17)],
    *[(19, 18), (20, 19), (22, 23), (23, 8), (24, 25), (25, 12)],
]


def test_direction_partition_of_kinect_v2_against_the_published_list():
    inward, outward = np.zeros((25, 25)), np.zeros((25, 25))
    for child, parent in NTU_BONES:
        inward[parent - 1, child - 1] = 1
        outward[child - 1, parent - 1] = 1
    for matrix in (inward, outward):
        for column in range(25):
            if matrix[:, column].sum() > 0:
                matrix[:, column] /= matrix[:, column].sum()
    expected = np.stack([np.eye(25), inward, outward])
    np.testing.assert_allclose(direction_partition(KINECT_V2).numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_direction_partition_sends_values_along_bones(layout):
    _, from_parent, from_children = direction_partition(layout).numpy()
    x = np.random.default_rng(0).normal(size=layout.num_joints)
    for joint, parent in enumerate(layout.parents):
        children = [child for child, its_parent in layout.bones if its_parent == joint]
        above = 0.0 if parent == joint else x[parent]
        below = np.mean(x[children]) if children else 0.0
        np.testing.assert_allclose((x @ from_parent)[joint], above, atol=1e-6)
        np.testing.assert_allclose((x @ from_children)[joint], below, atol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_hops_against_floyd_warshall(layout):
    V = layout.num_joints
    distance = np.full((V, V), V)
    np.fill_diagonal(distance, 0)
    for child, parent in layout.bones:
        distance[child, parent] = distance[parent, child] = 1
    for middle in range(V):
        distance = np.minimum(distance, distance[:, [middle]] + distance[[middle], :])
    expected = distance[list(layout.centre)].min(axis=0)
    np.testing.assert_array_equal(hops_to_centre(layout), expected)


@pytest.mark.parametrize("layout", [KINECT_V2, KINECT_V1, COCO_17], ids=lambda layout: layout.name)
def test_spatial_partition_entry_by_entry(layout):
    V, hops = layout.num_joints, hops_to_centre(layout)
    bones = {frozenset(bone) for bone in layout.bones}
    joined = np.array([[i == j or frozenset((i, j)) in bones for j in range(V)] for i in range(V)])
    expected = np.zeros((3, V, V))
    for target in range(V):
        for source in np.flatnonzero(joined[:, target]):
            subset = 0 if hops[source] == hops[target] else 1 if hops[source] < hops[target] else 2
            expected[subset, source, target] = 1 / joined[:, target].sum()
    partition = spatial_partition(layout).numpy()
    np.testing.assert_allclose(partition, expected, rtol=1e-6)
    np.testing.assert_allclose(partition.sum(axis=(0, 1)), 1, rtol=1e-6)


def literal_released_partition(joints, bones, centre):
    """The public ST-GCN graph, edge by edge: hops are known up to one, all others are alike."""
    joined = np.eye(joints, dtype=bool)
    for child, parent in bones:
        joined[child, parent] = joined[parent, child] = True
    hops = [
        0 if joint == centre else 1 if joined[joint, centre] else np.inf for joint in range(joints)
    ]
    expected = np.zeros((3, joints, joints))
    for source, target in np.argwhere(joined):
        subset = 0 if source == target else 1 if hops[source] >= hops[target] else 2
        expected[subset, source, target] = 1 / joined[:, target].sum()
    return expected


# As the public code lists them: bones [child, parent] counted from 0, and its centre.
OPENPOSE_BONES = [
    *[(4, 3), (3, 2), (7, 6), (6, 5), (13, 12), (12, 11), (10, 9), (9, 8), (11, 5), (8, 2)],
    *[(5, 1), (2, 1), (0, 1), (15, 0), (14, 0), (17, 15), (16, 14)],
]
COCO_BONES = [
    *[(15, 13), (13, 11), (16, 14), (14, 12), (11, 5), (12, 6), (9, 7), (7, 5), (10, 8), (8, 6)],
    *[(5, 0), (6, 0), (1, 0), (3, 1), (2, 0), (4, 2)],
]


@pytest.mark.parametrize(
    ("layout", "bones", "centre"),
    [
        (KINECT_V2, [(child - 1, parent - 1) for child, parent in NTU_BONES], 20),
        (OPENPOSE_18, OPENPOSE_BONES, 1),
        (COCO_17, COCO_BONES, 0),
    ],
    ids=["ntu-rgb+d", "openpose", "coco"],
)
def test_released_partition_is_that_of_the_public_code(layout, bones, centre):
    expected = literal_released_partition(layout.num_joints, bones, centre)
    np.testing.assert_allclose(released_partition(layout).numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_released_partition_is_the_whole_graph(layout):
    partition = released_partition(layout).numpy()
    np.testing.assert_allclose(partition.sum(0), spatial_partition(layout).numpy().sum(0))
    assert ((partition > 0).sum(0) <= 1).all()


def test_how_far_the_two_partitions_of_kinect_v2_are_apart():
    """Public subset 1 is what goes inwards, which is the last one by hops."""
    released, hops = (
        part(KINECT_V2).numpy() > 0 for part in (released_partition, spatial_partition)
    )
    moved = released & ~hops[[0, 2, 1]]
    assert (moved.sum(), released[1:].sum()) == (18, 48)


def test_empty_columns_stay_zero():
    normalised = column_normalised(outward_edges(KINECT_V1))
    assert normalised[:, KINECT_V1.root].tolist() == [0.0] * 20
    assert np.isfinite(normalised).all()
