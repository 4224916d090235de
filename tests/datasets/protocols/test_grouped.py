"""Protocols whose classes stay together in pairs."""

from dataclasses import dataclass
from itertools import combinations
from math import comb
from pathlib import Path

import pytest

from skelshot.datasets.msr_action_pairs import MsrActionPairsReader
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.grouped import GroupedProtocol
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash

PAIRS = (("a", "b"), ("c", "d"), ("e", "f"))


@dataclass(frozen=True)
class Clip:
    name: str
    label: int
    subject: int | None = None


@dataclass(frozen=True)
class Clips:
    clips: tuple[Clip, ...]
    class_names: tuple[str, ...]


def clips(class_names: tuple[str, ...], each: int = 30) -> Clips:
    found = [Clip(f"{name}_{n:02d}", k) for k, name in enumerate(class_names) for n in range(each)]
    return Clips(tuple(found), class_names)


def msr() -> Clips:
    return clips(MsrActionPairsReader().class_names)


def test_the_papers_twenty_splits_are_all_choices_of_three_pairs() -> None:
    protocol = protocol_named("msr-action-pairs")
    splits = protocol.split_list(msr())
    assert len(splits) == comb(6, 3) == 20
    assert [split.index for split in splits] == list(range(20))
    found = [{label // 2 for label in split.novel} for split in splits]
    assert found == [set(pairs) for pairs in combinations(range(6), 3)]
    for split in splits:
        assert len(split.base) == len(split.novel) == 6
        assert sorted((*split.base, *split.novel)) == list(range(12))
        assert {label ^ 1 for label in split.novel} == set(split.novel)
    assert protocol.interval_over == "splits"


def test_the_pairs_are_those_of_the_class_names() -> None:
    protocol = protocol_named("msr-action-pairs")
    assert isinstance(protocol, GroupedProtocol)
    names = MsrActionPairsReader().class_names
    assert protocol.groups == tuple(zip(names[::2], names[1::2], strict=True))


def test_tasks_hold_every_clip_once() -> None:
    store, protocol = msr(), protocol_named("msr-action-pairs")
    split = protocol.split_list(store)[7]
    one, five = (protocol.tasks(store, split, shots) for shots in (1, 5))
    assert len(one) == len(five) == 10
    for first, more in zip(one, five, strict=True):
        assert more.support.shape == (6, 5)
        assert (more.support[:, :1] == first.support).all()
        indices = sorted([*more.support.ravel().tolist(), *more.queries.tolist()])
        assert indices == [i for i, clip in enumerate(store.clips) if clip.label in split.novel]
    assert len({tuple(task.support.ravel()) for task in one}) == 10


def test_exemplars_are_drawn_by_hash_and_differ_by_split() -> None:
    """A literal re-computation of two draws of one class."""
    protocol = GroupedProtocol(name="own", groups=PAIRS, novel_groups=2, draws=2)
    store = clips(("a", "b", "c", "d", "e", "f"), each=9)
    drawn = set()
    for split in protocol.split_list(store)[:2]:
        for draw, task in enumerate(protocol.tasks(store, split, 1)):
            keys = ("skelshot", f"own split {split.index}", "draw", draw, "exemplars")
            expected = shuffled_by_hash([f"a_{n:02d}" for n in range(9)], *keys)[0]
            assert store.clips[int(task.support[0, 0])].name == expected
            drawn.add(expected)
    assert len(drawn) > 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"groups": [["a", "b"], ["b", "c"]]}, "class 'b' is named twice in groups"),
        ({"groups": [["a", "b"], ["c", "d"]], "novel_groups": 2}, "novel_groups 2, .* most 1, so"),
        ({"groups": [["a", "b"]]}, "groups: "),
        ({"groups": [[f"{n}"] for n in range(17)]}, "groups: "),
        ({"groups": [["a", "b"], ["c", "x"]]}, "the store has no class 'x'"),
        ({"groups": [["a", "b"], ["c", "d"]], "draw": 3}, "found the unknown option 'draw'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    tmp_path: Path, fields: dict[str, object], reason: str
) -> None:
    file = tmp_path / "mine.yaml"
    whole = {"name": "mine", "novel_groups": 1, "draws": 1, **fields}
    file.write_text("\n".join(f"{key}: {value}" for key, value in whole.items()))
    with pytest.raises(SkelshotError, match=reason) as told:
        protocol_named(str(file)).split_list(clips(("a", "b", "c", "d")))
    assert "\n" not in str(told.value)


def test_a_class_with_too_few_clips_is_named() -> None:
    protocol = GroupedProtocol(name="own", groups=PAIRS, novel_groups=1, draws=1)
    store = clips(("a", "b", "c", "d", "e", "f"), each=3)
    split = protocol.split_list(store)[1]
    protocol.check_clips(store, split, 3)
    with pytest.raises(SkelshotError, match=r"own split 1, exemplars: class 'c' has 3, 4 shots"):
        protocol.check_clips(store, split, 4)
