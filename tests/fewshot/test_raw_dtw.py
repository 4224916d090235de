"""Soft-DTW on joint positions against the recursion written down."""

import math

import numpy as np
import pytest
import torch

from skelshot.fewshot import RawDTW, RawDTWOptions, RawNearest, RawOptions
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec, SkeletonSequence, encode_input
from skelshot.skeletons.layouts import KINECT_V1


def literal(x: list[list[float]], y: list[list[float]], distance: str, gamma: float) -> float:
    """The mean cost of a frame along all alignments of poses x and y, by the textbook."""
    reached = {(0, 0): 0.0}
    for i, a in enumerate(x, 1):
        for j, b in enumerate(y, 1):
            dot, apart = sum(map(float.__mul__, a, b)), math.dist(a, b) ** 2 / len(a)
            cost = 1 - dot / (math.hypot(*a) * math.hypot(*b)) if distance == "cosine" else apart
            before = [reached.get(p) for p in ((i - 1, j - 1), (i - 1, j), (i, j - 1))]
            known = [value for value in before if value is not None]
            total = sum(math.exp(-(value - min(known)) / gamma) for value in known)
            reached[i, j] = cost + min(known) - gamma * math.log(total)
    return reached[len(x), len(y)] / ((len(x) + len(y)) / 2)


def poses(clip: torch.Tensor) -> list[list[float]]:
    """The frames of a clip (C, T, V, M) in which anybody is there."""
    return [frame.flatten().tolist() for frame in clip.double().unbind(1) if frame.any()]


@pytest.mark.parametrize("distance", ["cosine", "euclid"])
@pytest.mark.parametrize("persons", [1, 2])
def test_is_minus_the_distance_to_the_nearest_exemplar(toy, distance, persons):
    support, queries, _ = toy(tasks=1, classes=3, shots=2, shape=(3, 7, 4, persons))
    queries[0, 0, :, 2:4] = 0.0  # nobody there
    queries[0, 1, ..., -1] = 0.0  # the last person never
    support[0, 1, 0, :, :3] = 0.0
    method = RawDTW(RawDTWOptions(distance=distance, gamma=0.05))
    found = method(support, queries)[0]
    for query, logits in zip(queries[0, :4], found, strict=False):
        if not query.any():
            continue
        for exemplars, logit in zip(support[0], logits, strict=True):
            nearest = min(literal(poses(query), poses(x), distance, 0.05) for x in exemplars)
            assert logit.item() == pytest.approx(-nearest, abs=1e-5)


def clip(persons: int, hole: slice = slice(0, 0), seed: int = 0) -> SkeletonSequence:
    rng = np.random.default_rng(seed)
    pose, steps = rng.normal(size=(persons, 1, 20, 3)), rng.normal(size=(persons, 30, 20, 3))
    joints = (pose + 0.02 * steps.cumsum(axis=1)).astype(np.float32)
    present = np.ones((persons, 30), bool)
    present[:, hole] = False
    return SkeletonSequence(joints, present, KINECT_V1)


def read(method: RawDTW | RawNearest, sequence: SkeletonSequence) -> torch.Tensor:
    spec = InputSpec.model_validate({"layout": "kinect-v1", **method.inputs})
    return torch.from_numpy(encode_input(sequence, spec))


def test_a_second_place_that_nobody_takes_changes_nothing():
    one, two = RawDTW(RawDTWOptions(persons=1)), RawDTW()
    assert two.inputs["persons"] == 2
    scores = []
    for method in (one, two):
        support = torch.stack([read(method, clip(1, seed=seed)) for seed in (1, 2)])[None, :, None]
        scores.append(method(support, read(method, clip(1))[None, None]))
    torch.testing.assert_close(scores[0], scores[1])


def test_frames_without_anybody_are_left_out_and_who_is_there_counts():
    method = RawDTW()
    whole, holed, pair = clip(2), clip(2, hole=slice(10, 20)), clip(1)
    support = torch.stack([read(method, holed), read(method, pair)])[None, :, None]
    near, far = method(support, read(method, whole)[None, None])[0, 0].tolist()
    assert near > -0.05
    assert far < -0.1


def test_options_say_how_clips_are_read():
    assert dict(RawNearest().inputs) == {
        "streams": ("joint",), "align": "facing", "persons": 1, "torso_scale": False,
    }  # fmt: skip
    assert RawNearest(RawOptions(persons=3, torso_scale=True)).inputs["torso_scale"] is True
    assert RawNearest(RawOptions(persons=3)).inputs["persons"] == 3
    wanted = {"frames": 24, "persons": 2, "torso_scale": True}
    assert wanted.items() <= dict(RawDTW().inputs).items()


def test_the_input_of_raw_nearest_is_what_it_was_before_it_had_options():
    before = InputSpec(layout="kinect-v1", streams=("joint",), align="facing")
    assert InputSpec.model_validate({"layout": "kinect-v1", **RawNearest().inputs}) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"gamma": 0}, "gamma: found 0"),
        ({"frames": 0}, "frames: found 0"),
        ({"persons": 0}, "persons: found 0"),
        ({"distance": "manhattan"}, "distance: found 'manhattan'"),
        ({"frame": 16}, "found the unknown option 'frame'"),
    ],
)
def test_options_out_of_range_are_refused_by_name(options, told):
    with pytest.raises(SkelshotError, match=f"method raw-dtw, options.*{told}"):
        RawDTW.from_options(options)


def test_vectors_are_refused(toy):
    support, queries, _ = toy()
    with pytest.raises(SkelshotError, match="method raw-dtw: found features of shape"):
        RawDTW()(support, queries)
