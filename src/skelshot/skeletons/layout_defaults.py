"""Defaults of a layout, derived from its tree of bones: the trunk and the body parts."""

from collections import Counter

from skelshot.skeletons.layout import SkeletonLayout


def trunk_of(tree: SkeletonLayout) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Derive the trunk: hips to shoulders, else the root to the joint most bones away from it.

    That joint is one of the midline, if any but the root stands in no pair, so that the trunk is
    no limb of one side.

    Args:
        tree: Joints, bones, pairs, hips and shoulders.

    Returns:
        Joints at the (lower, upper) end.

    Example:
        >>> from skelshot.skeletons.picture_layouts import HAND_21
        >>> trunk_of(HAND_21)
        ((0,), (4,))
    """
    if tree.hips is not None and tree.shoulders is not None:
        return tree.hips, tree.shoulders
    bones = {tree.root: 0}
    for joint in tree.outward[1:]:
        bones[joint] = bones[tree.parents[joint]] + 1
    others = tree.outward[1:]
    midline = [joint for joint in others if tree.mirror[joint] == joint]
    return (tree.root,), (max(sorted(midline or others), key=bones.__getitem__),)


def chains_of(tree: SkeletonLayout) -> dict[str, tuple[int, ...]]:
    """Derive the parts: each unbranched chain of bones, named after its innermost joint.

    Args:
        tree: Joints and bones.

    Returns:
        Joint indices by part; every joint stands in one.

    Example:
        >>> from skelshot.skeletons.picture_layouts import HAND_21
        >>> chains_of(HAND_21)["index mcp"]
        (5, 6, 7, 8)
    """
    children = Counter(parent for _, parent in tree.bones)
    first: dict[int, int] = {}
    chains: dict[int, list[int]] = {}
    for joint in tree.outward:
        parent = tree.parents[joint]
        first[joint] = first[parent] if parent in first and children[parent] == 1 else joint
        chains.setdefault(first[joint], []).append(joint)
    return {tree.joints[start]: tuple(chain) for start, chain in chains.items()}
