"""Multi-level matching against its formula, level by level and tempo by tempo."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

from skelshot.fewshot.body_parts import body_parts
from skelshot.fewshot.multi_level import MultiLevel
from skelshot.ground import SkelshotError
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.skeletons import KINECT_V1, SkeletonLayout

SHAPE = (8, 6, 20)


def met(**options) -> MultiLevel:
    method = MultiLevel.from_options(options)
    method.meet_classes(["wave"], KINECT_V1, text_encoder)
    return method


def pieces(clip, levels, tempos):
    """List what is compared of one clip (D, T', V): one vector a level and tempo."""
    groups = {
        "joint": [[joint] for joint in range(20)],
        "part": [list(part.joints) for part in body_parts(KINECT_V1)],
        "body": [list(range(20))],
    }
    for level in levels:
        for tempo in tempos:
            moments = [clip[:, t : t + tempo].mean(1) for t in range(0, 6, tempo)]
            parts = [[moment[:, of].mean(1) for of in groups[level]] for moment in moments]
            yield torch.cat([vector for moment in parts for vector in moment])


@pytest.mark.parametrize(
    ("levels", "tempos"),
    [
        (("joint", "part", "body"), (1, 2, 4)),  # 6 moments make 2 at tempo 4, the second of two
        (("part",), (1,)),
        (("body", "joint"), (9, 3)),
    ],
)
def test_the_mean_of_the_cosines_of_the_nearest_exemplar(levels, tempos, toy):
    support, queries, _ = toy(tasks=2, classes=3, shots=2, shape=SHAPE)
    found = met(levels=levels, tempos=tempos, scale=1, to="exemplar")(support, queries)
    for task in range(2):
        for query in range(4):
            seen = list(pieces(queries[task, query], levels, tempos))
            for place in range(3):
                expected = max(
                    sum(
                        cosine_similarity(one, other, dim=0)
                        for one, other in zip(seen, pieces(clip, levels, tempos), strict=True)
                    )
                    / len(seen)
                    for clip in support[task, place]
                )
                assert float(found[task, query, place]) == pytest.approx(float(expected), abs=1e-5)


@pytest.mark.parametrize("to", ["mean", "both"])
def test_the_class_mean_is_that_of_its_exemplars_pieces(to, toy):
    support, queries, _ = toy(tasks=1, classes=3, shots=2, shape=SHAPE)
    levels, tempos = ("joint", "part", "body"), (1, 2, 4)
    found = met(scale=2, to=to)(support, queries)
    near = met(scale=2, to="exemplar")(support, queries)
    for query in range(4):
        seen = [piece / piece.norm() for piece in pieces(queries[0, query], levels, tempos)]
        for place in range(3):
            clips = [
                [piece / piece.norm() for piece in pieces(clip, levels, tempos)]
                for clip in support[0, place]
            ]
            mean = sum(torch.cat(clip) for clip in clips)
            cosine = 2 * cosine_similarity(torch.cat(seen), mean, dim=0)
            expected = cosine if to == "mean" else (cosine + near[0, query, place]) / 2
            assert float(found[0, query, place]) == pytest.approx(float(expected), abs=1e-5)


def test_the_body_at_the_slowest_tempo_is_average_pooling(toy):
    support, queries, labels = toy(tasks=2, shape=SHAPE)
    averaged = MultiLevel.from_options({"levels": ["body"], "tempos": [6]}).read(support)
    torch.testing.assert_close(
        averaged, torch.nn.functional.normalize(support.mean((-2, -1)), dim=-1)
    )
    assert (met()(support, queries).argmax(-1) == labels).float().mean() > 0.9


def test_a_map_without_joints_or_time_is_one_vector(toy):
    support, queries, _ = toy(tasks=1, shape=(8, 1, 1))
    plain = MultiLevel.from_options({"levels": ["joint", "body"]})
    assert plain.read(support).shape[-1] == 8 * 6
    assert plain(support, queries).shape == (1, 24, 5)
    with pytest.raises(SkelshotError, match="maps of 1 joints, its body parts are of a skeleton"):
        met()(support, queries)


def test_a_skeleton_without_parts_is_refused_only_where_parts_are_compared():
    stick = SkeletonLayout(
        "stick", ("a", "b"), ((1, 0),), (), {}, (0,), (0, 1), (0, 1), ((0,), (1,))
    )
    with pytest.raises(SkelshotError, match="'stick': has no body parts"):
        MultiLevel().meet_classes([], stick, text_encoder)
    MultiLevel.from_options({"levels": ["joint"]}).meet_classes([], stick, text_encoder)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"levels": []}, "levels: found .*at least 1"),
        ({"levels": ["part", "part"]}, "levels: .*expected each once"),
        ({"levels": ["limb"]}, "levels.0: found 'limb'"),
        ({"tempos": [0]}, "tempos.0: found 0"),
        ({"tempos": [2, 2]}, "tempos: .*expected each once"),
        ({"tempos": list(range(1, 18))}, "tempos: .*at most 16"),
    ],
)
def test_wrong_options(options, told):
    with pytest.raises(SkelshotError, match=told):
        MultiLevel.from_options(options)
