"""Protocols of named classes: what is drawn, what is listed, and what is refused."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from skelshot.datasets.clips import UNLABELLED
from skelshot.datasets.protocols import ClassSplitProtocol, NamedProtocol, protocol_named
from skelshot.datasets.protocols.tasks import Split, base_clips
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash


@dataclass(frozen=True)
class Clip:
    name: str
    label: int
    subject: int | None = None
    camera: int | None = None


@dataclass(frozen=True)
class Clips:
    clips: tuple[Clip, ...]
    class_names: tuple[str, ...] = ("bow", "sit", "wave")
    splits: dict[str, tuple[str, ...]] = field(default_factory=dict)


def clips(each: int = 4, unlabelled: int = 0, **further: object) -> Clips:
    known = [
        Clip(f"{name}_{n}", label, subject=n, camera=n % 2)
        for label, name in enumerate(("bow", "sit", "wave"))
        for n in range(each)
    ]
    unknown = [Clip(f"query_{n}", UNLABELLED) for n in range(unlabelled)]
    return Clips((*known, *unknown), **further)  # type: ignore[arg-type]


def names(store: Clips, indices: object) -> list[str]:
    return [store.clips[int(i)].name for i in indices]  # type: ignore[attr-defined]


def test_exemplars_by_class_are_taken_in_their_order() -> None:
    protocol = NamedProtocol.model_validate(
        {
            "name": "own",
            "novel": ["wave", "bow"],
            "exemplars": {"wave": ["wave_2", "wave_0"], "bow": ["bow_3", "bow_1"]},
        }
    )
    store = clips(unlabelled=1)
    (split,) = protocol.split_list(store)
    assert split == Split(0, (), (0, 2))
    (one,) = protocol.tasks(store, split, 1)
    assert one.classes == (0, 2)
    assert [names(store, row) for row in one.support] == [["bow_3"], ["wave_2"]]
    (two,) = protocol.tasks(store, split, 2)
    assert [names(store, row) for row in two.support] == [["bow_3", "bow_1"], ["wave_2", "wave_0"]]
    assert names(store, two.queries) == ["bow_0", "bow_2", "wave_1", "wave_3", "query_0"]
    assert two.targets.tolist() == [0, 0, 1, 1, UNLABELLED]
    assert protocol.interval_over == "queries"


def test_episodes_are_drawn_by_hash_and_hold_what_they_should() -> None:
    """A literal re-computation of the draw of one episode."""
    protocol = NamedProtocol.model_validate(
        {
            "name": "episodes",
            "novel": ["bow", "sit", "wave"],
            "ways": 2,
            "draws": 50,
            "queries_per_class": 2,
        }
    )
    store = clips(each=6)
    (split,) = protocol.split_list(store)
    tasks = protocol.tasks(store, split, 3)
    assert len(tasks) == 50
    assert protocol.interval_over == "draws"
    for draw, task in enumerate(tasks):
        keys = ("skelshot", "episodes", "draw", draw)
        ways = sorted(shuffled_by_hash(("bow", "sit", "wave"), *keys)[:2])
        assert [store.class_names[label] for label in task.classes] == ways
        for way, row in zip(ways, task.support, strict=True):
            pool = [f"{way}_{n}" for n in range(6)]
            assert names(store, row) == shuffled_by_hash(pool, *keys, "exemplars")[:3]
        assert len(task.queries) == 4
        assert not set(task.queries) & set(task.support.ravel())
        for query, target in zip(task.queries, task.targets, strict=True):
            assert store.clips[int(query)].label == task.classes[target]
    assert {task.classes for task in tasks} == {(0, 1), (0, 2), (1, 2)}
    assert len({protocol.fingerprint(store, [split], k) for k in (1, 3)}) == 2


@pytest.mark.parametrize("suffix", ["txt", "csv"])
def test_lists_lie_beside_the_protocol(tmp_path: Path, suffix: str) -> None:
    lists = {
        "txt": "# exemplars\nwave_1\n\nbow_0\n",
        "csv": "clip;class\nwave_1;wave\nbow_0;bow\n",
    }
    (tmp_path / f"mine.{suffix}").write_text(lists[suffix], encoding="utf-8")
    (tmp_path / "own.yaml").write_text(
        f"{{name: own, novel: [bow, wave], exemplars: {{file: mine.{suffix}}}, "
        "queries: {cameras: [0]}}",
        encoding="utf-8",
    )
    protocol = protocol_named(str(tmp_path / "own.yaml"))
    assert isinstance(protocol, NamedProtocol)
    store = clips()
    (task,) = protocol.tasks(store, protocol.split_list(store)[0], 1)
    assert [names(store, row) for row in task.support] == [["bow_0"], ["wave_1"]]
    assert names(store, task.queries) == ["bow_2", "wave_0", "wave_2"]


def test_a_recordings_own_split() -> None:
    train = ("bow_0", "sit_0", "wave_0", "wave_1", "bow_2")
    store = clips(splits={"train": train, "val": ("bow_3", "sit_3", "wave_3")})
    protocol = NamedProtocol.model_validate(
        {
            "name": "own",
            "novel": ["bow", "wave"],
            "exemplars": {"split": "train"},
            "queries": {"split": "val"},
        }
    )
    (task,) = protocol.tasks(store, protocol.split_list(store)[0], 2)
    assert [sorted(names(store, row)) for row in task.support] == [
        ["bow_0", "bow_2"],
        ["wave_0", "wave_1"],
    ]
    assert names(store, task.queries) == ["bow_3", "wave_3"]


OWN = {"name": "own", "novel": ["bow", "wave"]}
REFUSED = {
    "unknown class": ({"novel": ["bow", "wavee"]}, r"no class 'wavee'; did you mean 'wave'\?"),
    "base and novel": ({"base": ["bow"]}, "class 'bow' is named twice"),
    "too many ways": ({"ways": 3}, "found ways 3, expected at most 2"),
    "clip not there": (
        {"exemplars": {"wave": ["wave_9"], "bow": ["bow_0"]}},
        r"exemplars: no clip of the store is called 'wave_9'; did you mean 'wave_",
    ),
    "clip of another class": (
        {"exemplars": {"wave": ["bow_1"], "bow": ["bow_0"]}},
        "clip 'bow_1' is of 'bow' in the store, expected 'wave'",
    ),
    "clip named twice": ({"exemplars": ["bow_1", "wave_1", "bow_1"]}, "'bow_1' is named twice"),
    "exemplar of no novel class": (
        {"exemplars": ["bow_1", "wave_1", "sit_1"]},
        "clip 'sit_1' is of 'sit', expected one of the novel classes",
    ),
    "unlabelled exemplar": (
        {"exemplars": ["bow_1", "wave_1", "query_0"]},
        "clip 'query_0' is of no class",
    ),
    "too few": ({"exemplars": ["bow_1"]}, "class 'wave' has 0, 1 shots need 1"),
    "both": (
        {"exemplars": ["bow_1", "wave_1"], "queries": ["wave_1"]},
        "clip 'wave_1' is an exemplar and a query",
    ),
    "no such split": ({"queries": {"split": "tset"}}, r"no split 'tset', it has test; did you"),
    "no query": ({"queries": {"subjects": [77]}}, "draw 0 has no query"),
    "unknown option": ({"exemplars": {"splitt": "a"}}, r"unknown option 'splitt'"),
    "nothing": ({"novel": ["bow"]}, "found 1 classes, expected at least 2, or none beside base"),
    "neither novel nor base": ({"novel": []}, "novel: found 0 classes, expected at least 2"),
    "one novel class beside base": ({"novel": ["bow"], "base": ["sit"]}, "novel: found 1 classes"),
    "ways without novel": ({"novel": [], "base": ["bow"], "ways": 2}, "ways 2, expected at most 0"),
    "nothing to recognise": (
        {"novel": [], "base": ["bow", "wave"]},
        "names no novel classes, it is for pre-training alone; name at least 2 under novel",
    ),
    "a number for a name": ({"novel": ["bow", 1]}, "novel.1: found 1; .* put it in quotes"),
    "a clip in place of a list": (
        {"exemplars": {"wave": "wave_0", "bow": "bow_0"}},
        r"unknown option 'wave' with 'wave_0', expected file, .* a list of clips: wave: \[wave_0\]",
    ),
    "more clips than classes": (
        {"exemplars": {"clips": ["bow_0", "wave_0"], "classes": ["bow"]}},
        "exemplars: found 1 classes of 2 clips, expected one a clip",
    ),
    "classes without clips": (
        {"exemplars": {"classes": ["bow", "wave"]}},
        "exemplars: found 2 classes of 0 clips",
    ),
    "no clip of a split": (
        {"exemplars": {"split": "test", "clips": ["bow_0", "wave_0"]}},
        "exemplars: class 'wave' has 0, 1 shots need 1; name more",
    ),
    "fewer queries than asked": (
        {"queries_per_class": 4},
        "class 'bow' has 3 clips left to recognise, expected 4 of each class; lower .* or queries_",
    ),
    "all that are unknown at once": (
        {"novel": ["bow", "wavee"], "base": ["sitt", "zzz"]},
        r"no class 'wavee'; did you mean 'wave'\? nor 'sitt'; did you mean 'sit'\? nor 'zzz'$",
    ),
    "many that are unknown": (
        {"novel": ["bow", *(f"zz{number}" for number in range(30))]},
        r"'zz7', it has 'bow', 'sit', 'wave', \.\.\. \(and 22 more\)$",
    ),
    "nothing near": ({"novel": ["bow", "zzz"]}, "no class 'zzz', it has 'bow', 'sit', 'wave', ..."),
}


def drawn(fields: dict[str, object], store: Clips) -> None:
    protocol = NamedProtocol.model_validate(fields)
    protocol.tasks(store, protocol.split_list(store)[0], 1)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_one_line(case: str) -> None:
    changes, message = REFUSED[case]
    store = clips(unlabelled=1, splits={"test": ("bow_0",)})
    with pytest.raises(SkelshotError, match=message) as caught:
        drawn(OWN | changes, store)
    assert "\n" not in str(caught.value)


def test_a_class_of_exemplars_alone_is_refused_unless_the_queries_are_told() -> None:
    store = Clips((*clips().clips[:5], *clips().clips[8:]))  # one clip of sit
    fields = {"name": "own", "novel": ["bow", "sit"]}
    with pytest.raises(SkelshotError, match="class 'sit' has 0 clips left to recognise"):
        drawn(fields, store)
    drawn(fields | {"queries": {"cameras": [0, 1]}}, store)
    unlabelled = Clips((*store.clips, Clip("query", UNLABELLED)))
    drawn(fields, unlabelled)


def test_messages_are_short_whatever_the_names_are() -> None:
    for fields in (
        {"novel": ["bow", "z" * 100_000]},
        {"exemplars": ["z" * 100_000]},
        {"exemplars": ["bow_0", "z" * 100_000, "z" * 100_000]},
        {"exemplars": {"z" * 100_000: "x" * 100_000}},
    ):
        with pytest.raises(SkelshotError) as caught:
            drawn(OWN | fields, clips())
        assert len(str(caught.value)) < 500


def test_long_lists_take_no_long_time() -> None:
    """Half a minute if each name were sought among all before it."""
    store = clips(each=10_000)
    named = [clip.name for clip in store.clips if clip.label != 1]
    protocol = NamedProtocol.model_validate(OWN | {"exemplars": named})
    began = time.perf_counter()
    (task,) = protocol.tasks(store, protocol.split_list(store)[0], 9_000)
    assert task.support.shape == (2, 9_000)
    many = tuple(f"class {number}" for number in range(20_000))
    every = NamedProtocol.model_validate({"name": "many", "novel": many})
    assert len(every.split_list(Clips((), many))[0].novel) == 20_000
    assert time.perf_counter() - began < 5


DAMAGED = {
    "empty": ("", "found None, expected a protocol: keys such as name and novel"),
    "a list": ("[wave, bow]", r"found \['wave', 'bow'\], expected a protocol"),
    "one name": ("{name: own, novel: wave}", "novel: found 'wave'; input should be a list"),
    "a mapping": ("{name: own, novel: {wave: 1}}", "novel: input should be a list"),
    "file and clips": (
        "{name: own, novel: [bow, wave], exemplars: {file: list.txt, clips: [bow_0]}}",
        "exemplars: found file and clips, expected one of the two",
    ),
    "a folder for a list": (
        "{name: own, novel: [bow, wave], exemplars: {file: .}}",
        "found a folder, expected a regular file",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_files_that_are_no_protocols(tmp_path: Path, case: str) -> None:
    text, message = DAMAGED[case]
    (tmp_path / "list.txt").write_text("bow_0\nwave_0\n")
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(SkelshotError, match=message) as caught:
        protocol_named(tmp_path / "own.yaml")
    assert str(caught.value).startswith(str(tmp_path / "own.yaml"))


def test_without_base_classes_nothing_can_be_trained() -> None:
    protocol = ClassSplitProtocol(name="p", draws_as="p", splits=1, base=0, novel=2, draws=1)
    store = clips()
    (split,) = protocol.split_list(store)
    assert len(split.novel) == 2
    assert len(protocol.tasks(store, split, 1)[0].queries) == 6
    with pytest.raises(SkelshotError, match="no base classes to train on"):
        base_clips(store, split)


def test_base_classes_alone_can_be_trained_on(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text("{name: all, base: [wave, bow, sit]}")
    protocol = protocol_named(tmp_path / "all.yaml")
    store = clips()
    (split,) = protocol.split_list(store)
    assert split == Split(0, (0, 1, 2), ())
    assert len(base_clips(store, split)) == 12
