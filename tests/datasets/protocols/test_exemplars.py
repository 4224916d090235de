"""Exemplar protocols: the official files, the next file names, and counts that must agree."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.exemplars import ExemplarProtocol
from skelshot.datasets.protocols.tasks import base_clips
from skelshot.ground import SkelshotError

NTU_CLASSES = tuple(f"action {number}" for number in range(1, 121))
COUNTS = {"ntu120-one-shot": (113945, 95001, 20, 18924), "ntu60-one-shot": (56578, 47180, 10, 9388)}


class FakeClip(NamedTuple):
    name: str
    label: int
    subject: int | None = None


class FakeStore(NamedTuple):
    clips: tuple[FakeClip, ...]
    class_names: tuple[str, ...] = NTU_CLASSES


NOTHING = FakeStore(())
"""NTU's class names without a clip."""


def ntu_store(names: Iterable[str]) -> FakeStore:
    return FakeStore(tuple(FakeClip(n, int(n[17:]) - 1, int(n[9:12])) for n in names))


def ntu_names(action: int, count: int) -> list[str]:
    """The first names of a class in an order of our own; the official exemplar is always one."""
    first = 1 if action <= 60 else 18
    names = [
        f"S{first + i // 240:03d}C{i // 80 % 3 + 1:03d}P{i // 2 % 40 + 1:03d}"
        f"R{i % 2 + 1:03d}A{action:03d}"
        for i in range(count)
    ]
    exemplar = f"S{first:03d}C003P008R001A{action:03d}"
    return names if exemplar in names else [*names[:-1], exemplar]


def spread(total: int, actions: list[int]) -> list[str]:
    """`total` names over some classes, as evenly as it goes."""
    share, more = divmod(total, len(actions))
    return [name for i, a in enumerate(actions) for name in ntu_names(a, share + (i < more))]


@pytest.fixture(scope="module")
def full() -> dict[str, FakeStore]:
    """Stores with as many clips as the published lists."""
    stores = {}
    for protocol, (_, base, exemplars, queries) in COUNTS.items():
        actions = range(1, 121 if "120" in protocol else 61)
        novel = [a for a in actions if a % 6 == 1]
        names = spread(exemplars + queries, novel)
        names += spread(base, [a for a in actions if a not in novel])
        stores[protocol] = ntu_store(names)
    return stores


def small(**changes: object) -> ExemplarProtocol:
    fields = {
        "name": "small",
        "auxiliary": (5, 2, 4),
        "auxiliary_classes": 2,
        "exemplars": {1: "S001C002P002R001A001", 3: "S001C001P001R001A003"},
        "alike": r"S(\d{3})C(\d{3})P\d{3}R(\d{3})A\d{3}",
    }
    return ExemplarProtocol.model_validate(fields | changes)


def small_store(leave_out: Iterable[str] = ()) -> FakeStore:
    names = [
        f"S001C{camera:03d}P{subject:03d}R{replication:03d}A{action:03d}"
        for action in range(1, 6)
        for subject in (1, 2, 3)
        for camera in (1, 2)
        for replication in (1, 2)
    ]
    return ntu_store(name for name in names if name not in set(leave_out))


def support_names(protocol: ExemplarProtocol, store: FakeStore, shots: int) -> list[list[str]]:
    (split,) = protocol.split_list(store)
    (task,) = protocol.tasks(store, split, shots)
    return [[store.clips[i].name for i in row] for row in task.support]


@pytest.mark.parametrize(
    ("name", "novel", "base"), [("ntu120-one-shot", 20, 100), ("ntu60-one-shot", 10, 50)]
)
def test_the_classes_are_the_published_ones(name: str, novel: int, base: int) -> None:
    protocol = protocol_named(name)
    assert isinstance(protocol, ExemplarProtocol)
    (split,) = protocol.split_list(NOTHING)
    assert split.index == 0
    assert split.novel == tuple(6 * k for k in range(novel))
    assert split.base == tuple(n for n in range(6 * novel) if n % 6)
    assert len(split.base) == base
    for number, exemplar in protocol.exemplars.items():
        setup = 1 if number <= 60 else 18
        assert exemplar == f"S{setup:03d}C003P008R001A{number:03d}"


def test_smaller_auxiliary_sets_are_the_front_of_the_one_list() -> None:
    whole = protocol_named("ntu120-one-shot")
    assert isinstance(whole, ExemplarProtocol)
    assert list(whole.auxiliary) == [n for n in range(1, 121) if n % 6 != 1]
    for count in (20, 40, 60, 80):
        fewer = protocol_named(f"ntu120-one-shot-aux{count}")
        (split,) = fewer.split_list(NOTHING)
        assert fewer.name == f"ntu120-one-shot-aux{count}"
        assert split.base == tuple(n - 1 for n in whole.auxiliary[:count])
        assert split.novel == whole.split_list(NOTHING)[0].novel
    assert protocol_named("ntu120-one-shot-aux100") == whole
    for wrong in ("ntu120-one-shot-aux101", "ntu120-one-shot-aux0"):
        with pytest.raises(SkelshotError, match="expected 1 to 100"):
            protocol_named(wrong)
    with pytest.raises(SkelshotError, match="found 'nw-ucla-aux3', expected one of"):
        protocol_named("nw-ucla-aux3")


def test_the_order_of_the_list_decides_which_classes_are_taken() -> None:
    (split,) = small().split_list(NOTHING)
    assert split.base == (1, 4)  # classes 5 and 2, the front of (5, 2, 4)
    assert small().with_auxiliary(1).split_list(NOTHING)[0].base == (4,)


def test_further_shots_are_alike_first_and_wrap_round() -> None:
    """Literal lists: after the exemplar, round the end; other cameras and replications last."""
    first, second = support_names(small(), small_store(), 12 - 1)
    assert first == [
        "S001C002P002R001A001",
        "S001C002P003R001A001",  # same setup, camera and replication, after the exemplar
        "S001C002P001R001A001",  # and round the end
        "S001C002P002R002A001",  # elsewhere, after the exemplar
        "S001C002P003R002A001",
        "S001C001P001R001A001",  # round the end
        "S001C001P001R002A001",
        "S001C001P002R001A001",
        "S001C001P002R002A001",
        "S001C001P003R001A001",
        "S001C001P003R002A001",
    ]
    assert second[:4] == [
        "S001C001P001R001A003",
        "S001C001P002R001A003",
        "S001C001P003R001A003",
        "S001C001P001R002A003",
    ]


def test_without_a_pattern_the_next_names_follow() -> None:
    assert support_names(small(alike=""), small_store(), 4)[0] == [
        "S001C002P002R001A001",
        "S001C002P002R002A001",
        "S001C002P003R001A001",
        "S001C002P003R002A001",
    ]


@pytest.mark.parametrize("shots", [1, 2, 5])
def test_every_other_novel_clip_is_a_query(shots: int) -> None:
    store = small_store()
    (split,) = small().split_list(store)
    (task,) = small().tasks(store, split, shots)
    assert task.support.shape == (2, shots)
    assert len(task.queries) == 2 * (12 - shots)
    seen = [*task.support.ravel().tolist(), *task.queries.tolist()]
    assert sorted(seen) == [i for i, clip in enumerate(store.clips) if clip.label in (0, 2)]
    for query, target in zip(task.queries, task.targets, strict=True):
        assert store.clips[query].label == split.novel[target]


def test_the_order_of_clips_in_the_store_changes_nothing() -> None:
    store = small_store()
    turned = FakeStore(store.clips[::-1])
    assert support_names(small(), store, 5) == support_names(small(), turned, 5)
    splits = small().split_list(store)
    assert small().fingerprint(store, splits, 5) == small().fingerprint(turned, splits, 5)


def test_the_fingerprint_follows_clips_fields_and_shots() -> None:
    store = small_store()
    splits = small().split_list(store)
    found = {
        small().fingerprint(store, splits, 1),
        small().fingerprint(store, splits, 2),
        small(alike="").fingerprint(store, splits, 1),
        small().fingerprint(small_store(["S001C001P003R002A001"]), splits, 1),
    }
    assert len(found) == 4


@pytest.mark.parametrize("name", COUNTS)
def test_the_full_list_has_the_published_counts(full: dict[str, FakeStore], name: str) -> None:
    counts = protocol_named(name).counts(full[name])
    assert counts is not None
    clips, base, exemplars, queries = COUNTS[name]
    assert counts.as_json() == {
        "clips": clips,
        "base": base,
        "exemplars": exemplars,
        "queries": queries,
        "official": "complete",
    }


def test_fewer_auxiliary_classes_are_counted_but_the_list_is_still_whole(
    full: dict[str, FakeStore],
) -> None:
    counts = protocol_named("ntu120-one-shot-aux20").counts(full["ntu120-one-shot"])
    assert counts is not None
    assert (counts.clips, counts.official) == (113945, "complete")
    assert counts.base == sum(
        clip.label + 1 in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24)
        for clip in full["ntu120-one-shot"].clips
    )


def test_a_clip_more_or_less_is_another_list(full: dict[str, FakeStore]) -> None:
    store = full["ntu60-one-shot"]
    gone = next(i for i, clip in enumerate(store.clips) if clip.label == 1)
    less = FakeStore(store.clips[:gone] + store.clips[gone + 1 :])
    more = FakeStore((*store.clips, FakeClip("S017C003P040R002A060", 59)))
    for other, base in ((less, 47179), (more, 47181)):
        counts = protocol_named("ntu60-one-shot").counts(other)
        assert counts is not None
        assert (counts.base, counts.official) == (base, "partial")


def test_as_many_clips_in_other_parts_are_refused(full: dict[str, FakeStore]) -> None:
    clips = list(full["ntu60-one-shot"].clips)
    place = next(i for i, clip in enumerate(clips) if clip.label == 1)
    clips[place] = clips[place]._replace(label=0)
    with pytest.raises(
        SkelshotError,
        match=r"found 47,179 auxiliary \+ 10 exemplars \+ 9,389 queries, "
        r"expected 47,180 \+ 10 \+ 9,388",
    ):
        protocol_named("ntu60-one-shot").counts(FakeStore(tuple(clips)))


def test_ntu60_leaves_the_other_classes_of_ntu120_alone(full: dict[str, FakeStore]) -> None:
    both = FakeStore(
        full["ntu60-one-shot"].clips
        + tuple(clip for clip in full["ntu120-one-shot"].clips if clip.label >= 60)
    )
    counts = protocol_named("ntu60-one-shot").counts(both)
    assert counts is not None
    assert counts.official == "complete"


@pytest.mark.parametrize("name", COUNTS)
def test_the_real_list_of_names(name: str) -> None:
    """SKELSHOT_NTU_NAMES: a text file with the names of all clips that have skeletons."""
    file = os.environ.get("SKELSHOT_NTU_NAMES")
    if not file:
        pytest.skip("set SKELSHOT_NTU_NAMES to NTU's list of clips with skeletons, one a line")
    store = ntu_store(Path(file).read_text(encoding="utf-8").split())
    if "120" in name and len(store.clips) < 60000:
        pytest.skip("SKELSHOT_NTU_NAMES lists NTU RGB+D 60 alone")
    protocol = protocol_named(name)
    counts = protocol.counts(store)
    assert counts is not None
    assert counts.official == "complete"
    assert (counts.clips, counts.base, counts.exemplars, counts.queries) == COUNTS[name]
    splits = protocol.split_list(store)
    (task,) = protocol.tasks(store, splits[0], 5)
    assert len(task.queries) == counts.queries - 4 * counts.exemplars
    for row in task.support:
        names = [store.clips[i].name for i in row]
        assert len({n[:8] + n[12:16] for n in names}) == 1  # enough of one setup and camera


def test_a_missing_exemplar_is_named() -> None:
    store = small_store(leave_out=["S001C001P001R001A003"])
    (split,) = small().split_list(store)
    message = (
        r"protocol small: the exemplar S001C001P001R001A003 is not among the clips of class 3 "
        r"'action 3' in the store"
    )
    for call in (
        lambda: small().counts(store),
        lambda: small().check_clips(store, split, 1),
        lambda: small().tasks(store, split, 1),
    ):
        with pytest.raises(SkelshotError, match=message):
            call()


def test_several_missing_exemplars_are_counted_in_one_line() -> None:
    gone = list(small().exemplars.values())
    with pytest.raises(SkelshotError, match=r"S001C002P002R001A001 \(and 1 more\)") as caught:
        small().counts(small_store(leave_out=gone))
    assert "\n" not in str(caught.value)


def test_an_exemplar_with_a_wrong_label_is_no_exemplar() -> None:
    clips = [
        clip._replace(label=2) if clip.name == "S001C002P002R001A001" else clip
        for clip in small_store().clips
    ]
    with pytest.raises(SkelshotError, match="is not among the clips of class 1"):
        small().counts(FakeStore(tuple(clips)))


def test_a_store_without_any_novel_clip_may_still_be_trained_on() -> None:
    store = FakeStore(tuple(c for c in small_store().clips if c.label not in (0, 2)))
    counts = small().counts(store)
    assert (counts.base, counts.exemplars, counts.queries, counts.official) == (24, 0, 0, None)
    with pytest.raises(SkelshotError, match=r"the exemplar .* is not among the clips"):
        small().check_clips(store, small().split_list(store)[0], 1)


def only(store: FakeStore, *labels: int) -> FakeStore:
    return FakeStore(tuple(clip for clip in store.clips if clip.label in labels))


def test_auxiliary_classes_without_clips_are_not_trained_on() -> None:
    part = only(small_store(), 0, 2, 4)  # of classes 5 and 2 that train, only 5 (label 4)
    (split,) = small().split_list(part)
    assert (split.base, split.novel) == ((4,), (0, 2))
    assert base_clips(part, split).size == small().counts(part).base == 12
    whole = small().split_list(small_store())[0]
    assert whole.base == (1, 4)
    assert small().split_list(only(small_store(), 1, 3, 4)) == (whole,)  # no novel clip


def test_a_part_of_the_published_list_is_never_the_official_one() -> None:
    published = small(official={"clips": 60, "base": 36, "exemplars": 2, "queries": 22})
    counts = published.counts(small_store())
    assert counts is not None
    assert counts.official == "complete"
    part = published.counts(only(small_store(), 0, 2, 4))
    assert (part.clips, part.base, part.official) == (36, 12, "partial")
    moved = [c._replace(label=1) if c.label == 3 else c for c in small_store().clips]
    assert published.counts(FakeStore(tuple(moved))).official == "partial"


def test_pretraining_refuses_a_store_without_any_auxiliary_clip() -> None:
    novel = only(small_store(), 0, 2)
    (split,) = small().split_list(novel)
    assert len(small().tasks(novel, split, 1)) == 1
    with pytest.raises(SkelshotError, match=r"no clips of the base classes action 2, action 5; 2"):
        base_clips(novel, split)


def test_a_novel_class_without_clips_may_be_absent_in_training_only() -> None:
    part = only(small_store(), 0, 1, 4)
    counts = small().counts(part)
    assert (counts.base, counts.exemplars, counts.queries) == (24, 1, 11)
    with pytest.raises(SkelshotError, match="S001C001P001R001A003 is not among the clips"):
        small().check_clips(part, small().split_list(part)[0], 1)


@pytest.mark.parametrize(
    ("shots", "message"),
    [
        (0, "shots: found 0, expected at least 1"),
        (12, r"class 1 'action 1' has 12 clips, 12 shots and a query need 13"),
    ],
)
def test_impossible_shots_are_refused(shots: int, message: str) -> None:
    store = small_store()
    with pytest.raises(SkelshotError, match=message):
        small().tasks(store, small().split_list(store)[0], shots)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"auxiliary": (2, 3, 5)}, r"classes \[3\] are both auxiliary and novel"),
        ({"auxiliary": (2, 2, 5)}, "expected different numbers from 1"),
        ({"auxiliary": (0, 2, 5)}, "expected different numbers from 1"),
        ({"auxiliary_classes": 4}, "found auxiliary_classes 4, expected at most 3"),
        ({"alike": "("}, "is no regular expression"),
    ],
)
def test_a_protocol_that_contradicts_itself_is_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        small(**changes)


def test_a_store_of_another_data_set_is_refused() -> None:
    few = FakeStore((), ("wave", "jump"))
    with pytest.raises(SkelshotError, match="needs classes up to number 60, the store has 2"):
        protocol_named("ntu60-one-shot").counts(few)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "{name: mine, auxiliary: [2], auxiliary_classes: 1, exemplars: {1: a, 3: c}}",
        encoding="utf-8",
    )
    mine = protocol_named(str(file))
    assert isinstance(mine, ExemplarProtocol)
    assert mine.split_list(FakeStore((), ("x", "y", "z")))[0].novel == (0, 2)
    file.write_text("{name: mine, auxiliary: [2], exemplars: {1: a, 3: c}}", encoding="utf-8")
    with pytest.raises(
        SkelshotError, match="protocol, auxiliary_classes: field required"
    ) as caught:
        protocol_named(str(file))
    assert "\n" not in str(caught.value)
    file.write_text("[", encoding="utf-8")
    with pytest.raises(SkelshotError, match="not valid YAML"):
        protocol_named(str(file))
