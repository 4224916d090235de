"""Composed actions: every part is trained, none of them is an action of NTU."""

import re
from collections import Counter
from itertools import combinations

import pytest

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import digest_of
from skelshot.mini_teacher.composing import ComposedAction, compose, held_out_pair
from skelshot.mini_teacher.parts import parts
from skelshot.synthesis.motion.goals import Place
from skelshot.synthesis.motion.program import Program, Step, load_programs

COUNT = 600


@pytest.fixture(scope="module")
def actions() -> tuple[ComposedAction, ...]:
    return compose(3, COUNT)


def _alike(action: ComposedAction) -> tuple[object, ...]:
    return action.captions, action.program, action.parts, action.held_out


def test_the_same_seed_composes_the_same_and_more_only_adds(
    actions: tuple[ComposedAction, ...],
) -> None:
    assert [*map(_alike, compose(3, 20))] == [*map(_alike, actions[:20])]
    assert [*map(_alike, compose(4, 20))] != [*map(_alike, actions[:20])]


def test_every_part_is_trained(actions: tuple[ComposedAction, ...]) -> None:
    trained = {part for action in actions if not action.held_out for part in action.parts}
    assert trained == set(parts().names())


def test_held_out_pairs_never_meet_in_training(actions: tuple[ComposedAction, ...]) -> None:
    for action in actions:
        assert len(set(action.parts)) == len(action.parts) >= 2
        met = any(held_out_pair(*pair) for pair in combinations(action.parts, 2))
        assert action.held_out == met
    assert 0.05 < sum(action.held_out for action in actions) / COUNT < 0.15


def test_a_held_out_pair_has_no_order() -> None:
    names = parts().names()
    held = [pair for pair in combinations(names, 2) if held_out_pair(*pair)]
    assert held == [(one, two) for one, two in combinations(names, 2) if held_out_pair(two, one)]
    assert 0.01 < len(held) / len([*combinations(names, 2)]) < 0.03


def test_about_a_quarter_are_of_two_people(actions: tuple[ComposedAction, ...]) -> None:
    two = sum(len(action.program.roles) == 2 for action in actions)
    assert 0.18 < two / COUNT < 0.35


def test_actions_differ_and_so_do_their_captions(actions: tuple[ComposedAction, ...]) -> None:
    bare = [one.program.model_copy(update={"number": 1, "name": ""}) for one in actions]
    assert len({repr(program) for program in bare}) == COUNT
    for action in actions:
        assert len(set(action.captions)) == len(action.captions) >= 3
        for caption in action.captions:
            assert re.fullmatch(r"[a-z][a-z', ]+[a-z]", caption), caption
            assert "  " not in caption
            # `Twists left and right` is told, but never on which side something happens.
            sides = caption.replace("left and right", "").split()
            assert not {"left", "right", "her", "his"} & set(sides), caption


def test_a_count_that_is_not_positive_is_refused() -> None:
    with pytest.raises(SkelshotError, match="actions: found 0"):
        compose(0, 0)


# What makes captions and programs other than NTU's.

_FILLERS = frozenset(["a", "an", "the", "something", "of", "person", "other", "one", "s"])


def _stems(text: str) -> tuple[str, ...]:
    """Return words without endings: `putting on the hats` and `put on a hat` are the same."""
    found = []
    for word in re.findall("[a-z]+", text.lower()):
        if word in _FILLERS:
            continue
        stem = re.sub(r"(?<=..)(ing|es|ed|s)$", "", word)
        stem = re.sub(r"([^aeiouls])\1$", r"\1", stem)
        found.append(stem.rstrip("e") if len(stem) > 2 else stem)
    return tuple(found)


def _names() -> set[tuple[str, ...]]:
    """Return all wordings of NTU's class names."""
    return {
        _stems(wording)
        for name in ntu_class_names()
        for wording in re.sub(r"\(.*?\)", "", name).split("/")
    }


def test_stems_see_through_verb_forms() -> None:
    assert _stems("putting on a hat") == _stems("puts on the hat")
    assert _stems("pushing other person") == _stems("push the other person")
    assert _stems("sitting down") == _stems("sits down")
    assert ("put", "on", "hat") in _names()


def test_no_caption_is_or_contains_a_class_name(actions: tuple[ComposedAction, ...]) -> None:
    names = _names()
    long = {name for name in names if len(name) > 1}
    for action in actions:
        for caption in action.captions:
            assert _stems(caption) not in names, caption
            # `Taking a photo camera` takes no photo.
            said = caption.replace("photo camera", "camera")
            for deed in re.split(r", | and | while | then ", said):
                words = _stems(deed)
                for size in (2, 3, 4, 5):
                    pieces = {words[at : at + size] for at in range(len(words) - size + 1)}
                    assert not pieces & long, caption


def _flat(steps: tuple[Step, ...]) -> list[Step]:
    return [one for step in steps for one in (step, *_flat(step.do))]


def _steps(program: Program) -> list[Step]:
    return [one for role in program.roles for way in role.all_ways for one in _flat(way)]


def _told(step: Step, hand: str) -> set[str]:
    """Return where a hand or a thing goes."""
    places = [goal for key, goal in step.channels.items() if key.endswith(hand)]
    places += list(step.put.values())
    return {
        f"{'partner ' if place.partner else ''}{place.anchor}"
        for place in places
        if isinstance(place, Place)
    }


def test_things_in_the_hand_go_nowhere_where_ntu_takes_them(
    actions: tuple[ComposedAction, ...],
) -> None:
    taken: set[tuple[str, str]] = set()
    thrown: set[str] = set()
    for program in load_programs().values():
        for name, thing in program.objects.items():
            for step in _steps(program):
                taken |= {(thing.kind or name, place) for place in _told(step, "hand")}
                thrown |= {thing.kind or name} if name in step.fly else set()
    assert {("cup", "mouth"), ("hat", "crown"), ("phone", "ear"), ("glasses", "eyes")} <= taken
    assert {"keys", "ball", "hat"} <= thrown
    # On the head it is the place that makes the action; before the body, things go anywhere.
    head = {"crown", "forehead", "eyes", "nose", "mouth", "chin", "ear", "cheek", "neck", "nape"}
    met = Counter[str]()
    for action in actions:
        thing = action.program.objects.get("thing")
        if thing is None:
            continue
        for step in _flat(action.program.do):
            assert not step.fly or thing.kind not in thrown, action.captions[0]
            for place in _told(step, "main hand") & head:
                assert (thing.kind, place) not in taken, action.captions[0]
                met[place] += 1
    assert len(met) > 7  # other things do go there


def _signature(steps: list[Step]) -> frozenset[tuple[str, str]]:
    """Return what goes where, without how far and how fast."""
    return frozenset(
        (channel, goal.anchor if isinstance(goal, Place) else str(goal))
        for step in steps
        for channel, goal in (*step.channels.items(), *step.shake.items())
    )


def test_no_program_is_one_of_ntu(actions: tuple[ComposedAction, ...]) -> None:
    known = {
        _signature(_flat(way)) for program in load_programs().values() for way in program.all_ways
    }
    for action in actions:
        assert _signature(_flat(action.program.do)) not in known, action.captions[0]


def test_the_first_version_is_frozen(actions: tuple[ComposedAction, ...]) -> None:
    # A change here makes another bank: raise `bank.VERSION`, and train the teacher anew.
    digest = digest_of(*(action.captions for action in actions[:100]))
    assert digest.hex()[:16] == "da2bbcdb1fe2d91e"


def test_rare_parts_are_drawn_first(actions: tuple[ComposedAction, ...]) -> None:
    used = Counter(part for action in actions for part in action.parts)
    for kind in ("places", "legs", "trunk", "things"):
        counts = [number for part, number in used.items() if part.startswith(f"{kind}: ")]
        assert max(counts) <= 6 * min(counts)
