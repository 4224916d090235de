"""The judge: thresholds, stand-ins and the conformal promise, on exemplars of toy actions."""

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.recognition import Recognizer


def test_the_threshold_decides(three: Recognizer, toy_clips, toy_store) -> None:
    asked = [toy_clips(action)[6] for action in toy_store.class_names]
    known = [answer.known for answer in three.predict_many(asked)]
    strict = Recognizer(threshold=0.99)
    for one in three.exemplars:
        strict.enroll(one.action, one.sequence)
    for sure, answer in zip(known, strict.predict_many(asked), strict=True):
        assert answer.known == pytest.approx(sure, abs=1e-5)
        assert (answer.label is None) == (sure <= 0.99)
        if answer.label is None:
            assert f"known with {sure:.2f}, threshold 0.99" in str(answer.why)
            assert answer.confidence == pytest.approx(1 - sure, abs=1e-5)
            assert answer.runner_up == max(answer.scores, key=lambda name: answer.scores[name])


def test_enrolled_actions_look_more_known_than_others(three: Recognizer, toy_clips, toy_store):
    names = toy_store.class_names
    clips = {name: toy_clips(name)[3:] for name in names}
    known = [one.known for name in names[:3] for one in three.predict_many(clips[name])]
    other = [one.known for name in names[3:] for one in three.predict_many(clips[name])]
    pairs = torch.tensor(known)[:, None] > torch.tensor(other)[None]
    assert float(pairs.double().mean()) > 0.8


def test_a_strategy_that_needs_more_actions_is_stood_in_for(toy_clips, toy_store) -> None:
    answers = []
    for unknown in ("max-softmax", "nearest-distance"):
        recognizer = Recognizer(unknown=unknown)
        for action in toy_store.class_names[:2]:
            recognizer.enroll(action, toy_clips(action)[:2])
        answers.append(recognizer.predict(toy_clips(toy_store.class_names[0])[4]))
    assert answers[0] == answers[1]


def test_conformal_keeps_known_clips(toy_clips, toy_store) -> None:
    recognizer = Recognizer(conformal=0.2)
    names = toy_store.class_names[:3]
    recognizer.enroll(names[0], toy_clips(names[0])[:4])
    with pytest.raises(SkelshotError, match=r"--conformal 0\.2: found 2 exemplars"):
        recognizer.predict(toy_clips(names[0])[5])
    for name in names[1:]:
        recognizer.enroll(name, toy_clips(name)[:4])
    asked = [clip for name in names for clip in toy_clips(name)[4:]]
    answers = recognizer.predict_many(asked)
    assert {answer.threshold for answer in answers} == {0.2}
    assert sum(answer.label is None for answer in answers) <= 0.4 * len(answers)


@pytest.mark.parametrize("settings", [{"unknown": "background"}, {"conformal": 0.4}])
def test_likeness_is_told_on_the_scale_that_was_learnt(toy_clips, toy_store, settings) -> None:
    recognizer = Recognizer(**settings)
    for action in toy_store.class_names[:3]:
        recognizer.enroll(action, toy_clips(action)[:4])
    clip = toy_clips(toy_store.class_names[0])[5]
    judge = recognizer._ready()
    queries = [term.read([clip]) for term in judge.support.terms]
    measured = float(judge.likeness(judge.measured.evidence(queries))[0])
    assert abs(measured - float(judge.likeness(judge.support.evidence(queries))[0])) > 1e-3
    assert recognizer.predict(clip).likeness == pytest.approx(measured, abs=1e-5)
