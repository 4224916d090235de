"""Protocols: the same splits and exemplars for ever, and no impossible task."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import ClassSplitProtocol, protocol_named
from skelshot.datasets.protocols.tasks import Split, base_clips
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError


@dataclass(frozen=True)
class ToyClip:
    name: str
    label: int
    subject: int | None


@dataclass(frozen=True)
class ToyStore:
    clips: tuple[ToyClip, ...]
    class_names: tuple[str, ...]


def toy_store(classes: int = 10, subjects: int = 4, repetitions: int = 2) -> ToyStore:
    clips = tuple(
        ToyClip(f"c{label}-s{subject}-r{repetition}", label, subject)
        for label in range(classes)
        for subject in range(subjects)
        for repetition in range(repetitions)
    )
    return ToyStore(clips, tuple(f"class {label}" for label in range(classes)))


def protocol(**changes: object) -> ClassSplitProtocol:
    fields = {"name": "p", "draws_as": "p", "splits": 6, "base": 5, "novel": 5, "draws": 3}
    return ClassSplitProtocol.model_validate(fields | changes)


@pytest.fixture(scope="module")
def nw_ucla_store(nw_ucla_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    out = tmp_path_factory.mktemp("store") / "nw-ucla"
    prepare(NwUclaReader(), nw_ucla_dir, out)
    return Store.open(out)


def test_the_splits_of_nw_ucla_never_change() -> None:
    """A literal re-computation: order ten classes by SHA-256, skip a choice met before."""
    literal: list[tuple[int, ...]] = []
    attempt = 0
    while len(literal) < 20:
        texts = {c: f"skelshot nw-ucla split {attempt} class {c + 1}" for c in range(10)}
        order = sorted(range(10), key=lambda c: hashlib.sha256(texts[c].encode()).hexdigest())
        base = tuple(sorted(order[:5]))
        if base not in literal:
            literal.append(base)
        attempt += 1
    splits = protocol_named("nw-ucla").split_list(toy_store())
    assert [split.base for split in splits] == literal
    assert splits[0].base == (3, 4, 6, 7, 8)


def test_both_nw_ucla_protocols_share_their_splits() -> None:
    store = toy_store()
    every_day = protocol_named("nw-ucla").split_list(store)
    strict = protocol_named("nw-ucla-cross-subject").split_list(store)
    assert every_day == strict


@pytest.mark.parametrize(
    ("name", "classes", "digest"),
    [
        ("nw-ucla", 10, "fd245b19c60ba4f9"),
        ("nw-ucla-cross-subject", 10, "fd245b19c60ba4f9"),
        ("toy", 10, "357ff2d6fc07b153"),
        ("ntu120-one-shot", 120, "cb860dcff714967c"),
        ("ntu60-one-shot", 60, "15a571ad6df64f53"),
    ],
)
def test_the_shipped_splits_are_frozen(name: str, classes: int, digest: str) -> None:
    splits = protocol_named(name).split_list(toy_store(classes, 1, 1))
    found = json.dumps([[split.index, split.base, split.novel] for split in splits])
    assert hashlib.sha256(found.encode()).hexdigest()[:16] == digest


def keeping(store: ToyStore, labels: Iterable[int]) -> ToyStore:
    """The clips of some classes, and all class names."""
    kept = set(labels)
    return ToyStore(tuple(c for c in store.clips if c.label in kept), store.class_names)


SPARSE = {
    "labels from one": (7, range(1, 7)),
    "labels with gaps": (100, (3, 17, 40, 59, 77, 99)),
    "a part of NTU": (120, range(7, 120, 10)),
}


@pytest.mark.parametrize(("named", "labels"), SPARSE.values(), ids=SPARSE)
def test_splits_are_drawn_among_the_classes_that_have_clips(
    named: int, labels: Sequence[int]
) -> None:
    """A literal re-computation: sort the classes with clips by the SHA-256 of their numbers."""
    literal: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for attempt in range(100):
        texts = {c: f"skelshot p split {attempt} class {c + 1}" for c in labels}
        order = sorted(labels, key=lambda c: hashlib.sha256(texts[c].encode()).hexdigest())
        both = tuple(sorted(order[:3])), tuple(sorted(order[3:6]))
        if both not in literal:
            literal.append(both)
    rule = protocol(splits=5, base=3, novel=3)
    store = keeping(toy_store(named, 2), labels)
    splits = rule.split_list(store)
    assert [(split.base, split.novel) for split in splits] == literal[:5]
    for split in splits:
        assert len(base_clips(store, split)) == 3 * 4
        assert len(rule.tasks(store, split, 1)) == 3


@pytest.mark.parametrize(("named", "labels"), SPARSE.values(), ids=SPARSE)
def test_deleting_all_novel_clips_never_changes_the_base_classes(
    named: int, labels: Sequence[int]
) -> None:
    whole = keeping(toy_store(named, 1, 1), labels)
    rule = protocol(splits=5, base=3, novel=3)
    for split in rule.split_list(whole):
        lone = keeping(whole, set(labels) - set(split.novel))
        assert rule.split_list(lone)[split.index].base == split.base


def test_a_lone_half_of_any_split_still_names_that_split() -> None:
    """Base clips alone pre-train, novel clips alone are evaluated, as with the whole store."""
    rule, whole = protocol_named("nw-ucla"), toy_store(10, 1, 1)
    for split in rule.split_list(whole):
        for part in (split.base, split.novel):
            assert rule.split_list(keeping(whole, part))[split.index] == split


def test_clips_of_too_few_classes_are_refused_with_both_counts() -> None:
    rule, store = protocol(splits=1, draws=1), keeping(toy_store(), range(4))
    (split,) = rule.split_list(store)
    with pytest.raises(SkelshotError, match=r"no clips of the base classes .*4 of 10 classes have"):
        base_clips(store, split)
    with pytest.raises(SkelshotError, match=r"has 0 clips, .* \(4 of 10 classes have clips\)"):
        rule.check_clips(store, split, 1)
    message = r"needs 5 base and 6 novel classes, the store has 10 \(4 of 10 classes have clips\)"
    with pytest.raises(SkelshotError, match=message):
        protocol(novel=6).split_list(store)


def test_a_message_names_five_classes_without_clips_at_most() -> None:
    store = ToyStore((), toy_store(100).class_names)
    with pytest.raises(SkelshotError, match=r"class 4 and 95 more; 0 of 100 classes have clips"):
        base_clips(store, Split(0, tuple(range(100)), ()))


def test_splits_are_different_and_cut_the_classes_in_two() -> None:
    splits = protocol(splits=20).split_list(toy_store())
    assert len({split.base for split in splits}) == 20
    for split in splits:
        assert sorted(split.base + split.novel) == list(range(10))


def test_a_split_refuses_a_class_on_both_sides() -> None:
    with pytest.raises(SkelshotError, match=r"split 3: classes \[1\] are both base and novel"):
        Split(3, (0, 1), (1, 2))


def test_exemplars_are_no_queries_and_every_other_clip_is() -> None:
    store = toy_store()
    rule = protocol()
    split = rule.split_list(store)[0]
    for task in rule.tasks(store, split, 2):
        assert task.support.shape == (5, 2)
        seen = np.concatenate([task.support.ravel(), task.queries])
        novel = [i for i, clip in enumerate(store.clips) if clip.label in split.novel]
        assert sorted(seen.tolist()) == novel
        for row, label in enumerate(split.novel):
            assert {store.clips[i].label for i in task.support[row]} == {label}
        for query, target in zip(task.queries, task.targets, strict=True):
            assert store.clips[query].label == split.novel[target]


def test_five_shots_hold_the_one_shot_and_draws_differ() -> None:
    store = toy_store()
    rule = protocol()
    split = rule.split_list(store)[0]
    one, five = rule.tasks(store, split, 1), rule.tasks(store, split, 5)
    for small, large in zip(one, five, strict=True):
        np.testing.assert_array_equal(small.support[:, 0], large.support[:, 0])
    assert len({task.support.tobytes() for task in one}) > 1


def test_same_subjects_show_every_class_and_are_never_asked() -> None:
    store = toy_store(subjects=6)
    rule = protocol(exemplars="same-subjects")
    split = rule.split_list(store)[1]
    for task in rule.tasks(store, split, 3):
        rows = [[store.clips[i].subject for i in row] for row in task.support]
        assert all(row == rows[0] for row in rows)
        assert len(set(rows[0])) == 3
        assert not {store.clips[i].subject for i in task.queries} & set(rows[0])
        assert len(task.queries) == 5 * 3 * 2


def test_tasks_do_not_depend_on_the_order_of_clips() -> None:
    store = toy_store()
    turned = ToyStore(store.clips[::-1], store.class_names)
    rule = protocol()
    split = rule.split_list(store)[0]
    assert rule.tasks(store, split, 2)[0].support.shape == (5, 2)
    names = [
        [[s.clips[i].name for i in row] for row in rule.tasks(s, split, 2)[0].support]
        for s in (store, turned)
    ]
    assert names[0] == names[1]


def test_base_clips_are_the_same_when_novel_clips_are_gone() -> None:
    store = toy_store()
    split = protocol().split_list(store)[0]
    kept = tuple(clip for clip in store.clips if clip.label in split.base)
    without = ToyStore(kept, store.class_names)
    names = [[s.clips[i].name for i in base_clips(s, split)] for s in (store, without)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("changes", "shots", "message"),
    [
        ({}, 8, "has 8 clips, 8 shots and a query need 9"),
        ({"exemplars": "same-subjects"}, 4, "4 subjects show every novel class"),
        ({}, 0, "shots: found 0, expected at least 1"),
    ],
)
def test_impossible_tasks_are_refused(changes: dict[str, object], shots: int, message: str) -> None:
    store = toy_store()
    rule = protocol(**changes)
    with pytest.raises(SkelshotError, match=message):
        rule.tasks(store, rule.split_list(store)[0], shots)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"novel": 6}, "needs 5 base and 6 novel classes, the store has 10"),
        ({"splits": 300}, "only 2.. different splits of 10 classes were found"),
    ],
)
def test_impossible_splits_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        protocol(**changes).split_list(toy_store())


def test_a_base_class_without_clips_is_refused() -> None:
    store = toy_store()
    split = protocol().split_list(store)[0]
    gone = split.base[0]
    kept = tuple(clip for clip in store.clips if clip.label != gone)
    with pytest.raises(SkelshotError, match=f"no clips of the base classes class {gone}"):
        base_clips(ToyStore(kept, store.class_names), split)


def test_the_fingerprint_follows_clips_options_and_shots() -> None:
    store = toy_store()
    rule = protocol()
    splits = rule.split_list(store)
    first = rule.fingerprint(store, splits, 1)
    assert first == rule.fingerprint(toy_store(), splits, 1)
    assert first != rule.fingerprint(store, splits, 2)
    assert first != rule.fingerprint(store, splits[:1], 1)
    assert first != protocol(draws=4).fingerprint(store, splits, 1)


def test_a_protocol_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("{name: mine, draws_as: mine, splits: 1, base: 2, novel: 2, draws: 1}")
    assert protocol_named(str(file)).novel == 2
    file.write_text("{name: mine, splits: 1}")
    with pytest.raises(SkelshotError, match="draws_as"):
        protocol_named(str(file))
    with pytest.raises(SkelshotError, match=r"expected one of .*, nw-ucla, nw-ucla-cross"):
        protocol_named("nw-ulca")


def test_a_fault_of_a_protocols_file_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nnovel: [wave, bow]\n\ndraws: 3\nways: two\n")
    with pytest.raises(SkelshotError, match=r"mine\.yaml, line 5: .*ways: found 'two'"):
        protocol_named(str(file))


@pytest.mark.parametrize("name", ["nw-ucla", "nw-ucla-cross-subject"])
@pytest.mark.parametrize("shots", [1, 5])
def test_real_clips_fill_every_task(nw_ucla_store: Store, name: str, shots: int) -> None:
    rule = protocol_named(name)
    for split in rule.split_list(nw_ucla_store):
        tasks = rule.tasks(nw_ucla_store, split, shots)
        assert len(tasks) == 10
        assert all(task.support.shape == (5, shots) for task in tasks)
        assert all(len(task.queries) > 300 for task in tasks)
