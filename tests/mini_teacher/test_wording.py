"""Verb forms and captions."""

import numpy as np
import pytest

from skelshot.mini_teacher.parts import parts
from skelshot.mini_teacher.wording import gerund, joined, mirrored, paired, present


@pytest.mark.parametrize(
    ("verb", "third", "ing"),
    [
        ("sit", "sits", "sitting"),
        ("squat", "squats", "squatting"),
        ("wave", "waves", "waving"),
        ("carry", "carries", "carrying"),
        ("play", "plays", "playing"),
        ("push", "pushes", "pushing"),
        ("be", "is", "being"),
        ("kneel", "kneels", "kneeling"),
        ("box", "boxes", "boxing"),
        ("throw", "throws", "throwing"),
        ("stir", "stirs", "stirring"),
        ("clap", "claps", "clapping"),
        ("look", "looks", "looking"),
        ("go", "goes", "going"),
    ],
)
def test_verb_forms(verb: str, third: str, ing: str) -> None:
    assert present(f"{verb} here") == f"{third} here"
    assert gerund(verb) == ing


def test_every_phrase_starts_with_a_verb_of_the_base_form() -> None:
    table = parts()
    verbs = {
        phrase.split()[0]
        for kind in (table.contacts, table.arms, table.other, table.legs, table.postures)
        for deed in kind.values()
        for phrase in deed.say
    }
    wrong = {
        verb for verb in verbs if verb.endswith("ing") and verb not in ("bring", "swing", "ring")
    }
    assert not wrong
    assert not {verb for verb in verbs if verb.endswith("s") and not verb.endswith("ss")}


def test_a_caption_tells_every_deed_once() -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        caption = joined(["tap the ear", "step back"], rng, at_once=True, ending="with a cup")
        assert sum(form in caption for form in ("tap the", "taps the", "tapping the")) == 1
        assert sum(form in caption for form in ("step back", "steps back", "stepping back")) == 1
        assert caption.count("with a cup") == 1
        seen.add(caption)
    assert len(seen) > 20


def test_what_comes_one_after_the_other_is_told_in_order() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        caption = joined(["jump", "nod"], rng, at_once=False)
        assert caption.index("jump") < caption.index("nod")
        assert "then" in caption or "after that" in caption


def test_two_people_are_told_apart_or_together() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        apart = paired(["kick back"], ["nod"], rng)
        assert apart.index("kick") < apart.index("nod")
        assert "other" in apart or "second" in apart
        assert mirrored(["kick back", "nod"], rng).startswith(("two", "both"))
