"""One deed with its wordings, and what NTU does with things."""

import numpy as np

from skelshot.mini_teacher.drafting import carried, contact, fits, simple, uses_of
from skelshot.mini_teacher.parts import parts
from skelshot.synthesis.motion.program import read_programs


def _touch(where: str, side: str = "main"):  # type: ignore[no-untyped-def]
    table = parts()
    spot = (where, table.places[where])
    return contact("contacts", "touch", spot, table.contacts["touch"], side)


def test_a_contact_is_two_parts_and_says_where() -> None:
    draft = _touch("knee")
    assert draft.names == ("contacts: touch", "places: knee")
    rng = np.random.default_rng(0)
    said = {draft.say(rng, detail=True) for _ in range(60)}
    assert "reach for the knee with one hand" in said
    assert all("the knee" in phrase and "hand" in phrase for phrase in said)
    assert "reach for the knee" in {draft.say(rng, detail=False) for _ in range(60)}


def test_a_thing_takes_the_place_of_the_hand() -> None:
    draft = _touch("knee").with_thing("cup", ("a cup",))
    rng = np.random.default_rng(0)
    said = {draft.say(rng, detail=True) for _ in range(60)}
    assert {"touch the knee with a cup", "bring a cup to the knee"} <= said
    assert not any("hand" in phrase for phrase in said)


def test_counts_are_told() -> None:
    jump = simple("legs", "jump", parts().legs["jump"])
    rng = np.random.default_rng(0)
    assert jump.say(rng, detail=True, times=2).endswith(" twice")
    assert jump.say(rng, detail=True, times=3).endswith(" three times")


def test_what_programs_do_with_things_is_listed() -> None:
    text = """
    1:
      name: drink
      objects: {mug: {at: main hand, kind: cup}}
      do: [{take: 1, main hand: mouth front 0.05}, {take: 1, main hand: hip}]
    2:
      name: toss
      objects: {coin: {at: main hand}}
      do: [{repeat: 2, do: [{take: 1, main hand: overhead, fly: {coin: up 2}}]}]
    """
    uses = uses_of(read_programs(text, "x"))
    assert uses.places == {("cup", "mouth"), ("coin", "overhead")}
    assert uses.flights == {"coin"}


def test_ntus_own_deeds_with_things_do_not_fit() -> None:
    table = parts()
    mouth = contact(
        "contacts", "tap", ("mouth", table.places["mouth"]), table.contacts["tap"], "main"
    )
    assert not fits(mouth, "cup")
    assert not fits(mouth, "toothbrush")
    assert fits(mouth, "hat")
    on_head = simple("handling", "put on head", table.handling["put on head"], "main")
    assert not fits(on_head, "hat")
    assert fits(on_head, "book")
    off_head = simple("handling", "take off head", table.handling["take off head"], "main")
    assert not fits(off_head, "hat")
    over = simple("giving", "hand over", table.giving["hand over"], "main")
    assert not fits(over, "small box")
    drop = simple("handling", "drop", table.handling["drop"], "main")
    assert not fits(drop, "keys")


def test_heavy_things_take_both_hands() -> None:
    draft = carried("crate", ("a crate",))
    assert draft.bound.limbs() == {"main arm", "other arm"}
    assert draft.origin == "both hands"
