"""Protocols of named classes: what is drawn, what is listed, and what is refused."""

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
    "nothing": ({"novel": ["bow"]}, "at least 2"),
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


def test_without_base_classes_nothing_can_be_trained() -> None:
    protocol = ClassSplitProtocol(name="p", draws_as="p", splits=1, base=0, novel=2, draws=1)
    store = clips()
    (split,) = protocol.split_list(store)
    assert len(split.novel) == 2
    assert len(protocol.tasks(store, split, 1)[0].queries) == 6
    with pytest.raises(SkelshotError, match="no base classes to train on"):
        base_clips(store, split)
