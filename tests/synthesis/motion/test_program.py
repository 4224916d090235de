"""Programs: what is accepted, and how precisely faults are told."""

import pytest

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.ground import SkelshotError
from skelshot.synthesis.motion.objects import kind_of, load_kinds
from skelshot.synthesis.motion.program import load_program, load_programs, read_programs

GOOD = """
7:
  name: wave
  ways:
    - [{take: 0.5, both hands: overhead}]
    - - repeat: [2, 3]
        do: [{hold: 1, shake: {both hands alternating: out 0.1 at 2 hz}}]
"""


def test_both_and_alternating_are_taken_apart() -> None:
    program = read_programs(GOOD, "x.yaml")[7]
    first, second = program.all_ways
    assert set(first[0].channels) == {"main hand", "other hand"}
    assert second[0].repeat == (2, 3)
    shakes = second[0].do[0].shake
    assert [shakes["main hand"].opposite, shakes["other hand"].opposite] == [False, True]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{name: a, do: [{take: 1, main hand: mouht}]}", ["step 1", "main hand", "'mouht'"]),
        ("{name: a, do: [{take: 1}, {tkae: 1}]}", ["step 2", "'tkae'"]),
        ("{name: a, do: [{take: -1, head: level}]}", ["step 1", "take"]),
        ("{name: a, do: [{take: 1, head: lean 3}]}", ["step 1", "head", "'lean'"]),
        ("{name: a, ways: [[{take: 1}], [{take: 1}, {put: {cup: crown}}]]}", ["way 2 step 2: put"]),
        ("{name: a, do: [{repeat: 2, do: [{take: 1, gaze: cup}]}]}", ["step 1, step 1", "gaze"]),
        ("{name: a, do: [{take: 1, gaze: partner}]}", ["step 1: gaze", "partner"]),
        ("{name: a, do: [{take: 1, walk: to partner 1}]}", ["step 1: walk", "partner"]),
        ("{name: a, do: [{walk: front 1}]}", ["step 1", "take"]),
        ("{name: a, do: [{repeat: 3}]}", ["step 1", "repeat"]),
        ("{name: a, do: [{repeat: [3, 2], do: [{take: 1}]}]}", ["step 1", "[3, 2]"]),
        ("{name: a, do: [{take: 1}], ways: [[{take: 1}], [{take: 1}]]}", ["ways"]),
        ("{name: a, ways: [[{take: 1}]]}", ["two or more"]),
        ("{name: a}", ["do"]),
        ("{name: a, do: [{take: 1}], colour: red}", ["colour"]),
        ("{name: a, partner: {do: [{take: 1, main palm: round}]}, do: [{take: 1}]}",
         ["partner step 1", "main palm", "'round'"]),
        ("{name: a, start: {jump: 1}, do: [{take: 1}]}", ["start"]),
        ("[1, 2]", ["name"]),
        ("{name: a, do: [{hold: 1, shake: {both hands: up 1 at 1 hz, main hand: out 1 at 2 hz}}]}",
         ["step 1", "shake", "main hand", "second oscillation"]),
    ],
)  # fmt: skip
def test_faults_name_file_class_step_and_field(body: str, words: list[str]) -> None:
    with pytest.raises(SkelshotError) as caught:
        read_programs(f"12: {body}", "made-up.yaml")
    message = str(caught.value)
    assert message.startswith("made-up.yaml: class 12: ")
    for word in words:
        assert word in message


def test_files_that_are_no_programs_are_told() -> None:
    with pytest.raises(SkelshotError, match="not valid YAML"):
        read_programs("1: {", "x.yaml")
    with pytest.raises(SkelshotError, match="expected programs keyed by class number"):
        read_programs("- 1", "x.yaml")


def test_shipped_programs_are_all_there_and_their_things_have_looks() -> None:
    programs = load_programs()
    assert list(programs) == list(range(1, 121))
    assert tuple(program.name for program in programs.values()) == ntu_class_names()
    assert load_program(1) is programs[1]
    pairs = {number for number, program in programs.items() if program.partner}
    assert pairs == {*range(50, 61), *range(106, 121)}
    used = {
        kind
        for program in programs.values()
        for kind in (*(t.kind or n for n, t in program.objects.items()), *program.furniture)
    }
    assert used - set(load_kinds()) == set()


def test_unknown_classes_and_kinds() -> None:
    with pytest.raises(SkelshotError, match="class: found 999"):
        load_program(999)
    with pytest.raises(SkelshotError, match=r"objects.yaml: found no kind 'no such thing'"):
        kind_of("no such thing")
    assert kind_of("cup").height == pytest.approx(0.1)
