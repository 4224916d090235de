"""Classes of other data sets as motion programs."""

import numpy as np
import pytest

from skelshot.datasets.reader_family import reader_named
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.objects import kind_of
from skelshot.synthesis.motion.program import load_programs
from skelshot.synthesis.twins import TWINS
from skelshot.synthesis.twins.acts import act_program, acts_of

RENAMED = {"nod head/bow": "bow", "standing up (from sitting position)": "standing up",
           "put on a hat/cap": "wear a hat", "take off a hat/cap": "take off a hat",
           "put on bag": "put on a backpack", "take off bag": "take off a backpack"}  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_every_class_is_its_program(name: str) -> None:
    acts = acts_of(name)
    assert len(acts) == len(reader_named(name).class_names)
    assert len({(act.program, act.backwards) for act in acts}) == len(acts)
    for act, wanted in zip(acts, reader_named(name).class_names, strict=True):
        found = act_program(act.program).name
        assert wanted in (found, RENAMED.get(found)) or act.backwards


def test_backwards_is_the_counterpart() -> None:
    for name in TWINS:
        classes = reader_named(name).class_names
        names = {(act.program, act.backwards): c for act, c in zip(acts_of(name), classes)}  # noqa: B905
        turned = [(names[n, False], c) for (n, back), c in names.items() if back]
        assert (
            turned
            == {
                "pku-mmd": [("put something inside pocket", "take out something from pocket")],
                "msr-action-pairs": [
                    ("pick up a box", "put down a box"),
                    ("lift a box", "place a box"),
                    ("push a chair", "pull a chair"),
                    ("stick a poster", "remove a poster"),
                ],
            }[name]
        )


def test_own_programs_have_numbers_of_their_own() -> None:
    own = {act.program for name in TWINS for act in acts_of(name)} - load_programs().keys()
    assert min(own) > max(load_programs())
    for number in own:
        program = act_program(number)
        things = {*(t.kind or n for n, t in program.objects.items()), *program.furniture}
        assert all(kind_of(thing).parts for thing in things)


def test_backwards_turns_everything_round() -> None:
    act = next(act for act in acts_of("msr-action-pairs") if act.backwards)
    people = (performer_of(1, 0),)
    back = act.perform(people, np.random.default_rng(0))
    forth = act.model_copy(update={"backwards": False}).perform(people, np.random.default_rng(0))
    np.testing.assert_array_equal(back.joints, forth.joints[:, ::-1])
    np.testing.assert_array_equal(back.purpose, forth.purpose[:, ::-1])
    assert back.gaze is not None
    assert forth.gaze is not None
    np.testing.assert_array_equal(back.gaze, forth.gaze[:, ::-1])
    for one, other in zip(back.objects, forth.objects, strict=True):
        np.testing.assert_array_equal(one.place, other.place[::-1])
        np.testing.assert_array_equal(one.turn, other.turn[::-1])
        np.testing.assert_array_equal(one.shown, other.shown[::-1])
