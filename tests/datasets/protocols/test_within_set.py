"""A protocol within one set of several: the same draws, and all other classes as base ones."""

import copy
from pathlib import Path

import pytest

from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import base_clips
from skelshot.datasets.store import Store
from skelshot.datasets.store.sets import SetsReader
from skelshot.ground import SkelshotError

JOINED = "wave or bow"


@pytest.fixture(scope="module")
def stores(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    """The toy store, and one of it between others of which two classes are joined."""
    folder = tmp_path_factory.mktemp("sets")
    first = toy_store.class_names[0]
    (folder / "sets.yaml").write_text(
        "sets:\n"
        f"  alpha: {{store: {toy_store.path}, leave_out: [{toy_store.class_names[1]}]}}\n"
        f"  toy: {{store: {toy_store.path}}}\n"
        f"  zulu: {{store: {toy_store.path}}}\n"
        f"joined:\n  {JOINED}: [alpha/{first}, zulu/{first}]\n"
    )
    prepare(SetsReader(), folder / "sets.yaml", folder / "all")
    return toy_store, Store.open(folder / "all")


@pytest.mark.parametrize("name", ["toy", "own.yaml"])
@pytest.mark.parametrize("shots", [1, 2])
def test_draws_are_those_of_the_set_s_own_store(
    stores: tuple[Store, Store], tmp_path: Path, name: str, shots: int
) -> None:
    own, every = stores
    if name == "own.yaml":
        name = str(tmp_path / name)
        Path(name).write_text(
            "{name: mine, draws_as: other, splits: 3, base: 0, novel: 3, draws: 2}"
        )
    plain, within = protocol_named(name), protocol_named(f"{name}@toy")
    apart, together = plain.split_list(own), within.split_list(every)
    assert len(apart) == len(together)

    def mine(label: int) -> str:
        return every.class_names[label].removeprefix("toy/")

    for one, other in zip(apart, together, strict=True):
        names = {own.class_names[label] for label in one.novel}
        assert {mine(label) for label in other.novel} == names
        trained = {every.class_names[label] for label in other.base}
        assert {name for name in trained if name.startswith("toy/")} == {
            f"toy/{own.class_names[label]}" for label in one.base
        }
        assert {name for name in trained if name.startswith("zulu/")} == {
            f"zulu/{name}" for name in own.class_names[1:]
        }
        assert JOINED in trained
        clips = [every.clips[i] for i in base_clips(every, other)]
        assert not {clip.label for clip in clips} & set(other.novel)
        within.check_clips(every, other, shots)
        for task, same in zip(
            plain.tasks(own, one, shots), within.tasks(every, other, shots), strict=True
        ):
            assert [mine(label) for label in same.classes] == [
                own.class_names[label] for label in task.classes
            ]
            for part in ("support", "queries"):
                indices, others = getattr(task, part), getattr(same, part)
                assert indices.shape == others.shape
                assert [f"toy/{own.clips[i].name}" for i in indices.flat] == [
                    every.clips[i].name for i in others.flat
                ]
            assert task.targets.tolist() == same.targets.tolist()


def test_classes_that_are_joined_with_others_are_refused(stores: tuple[Store, Store]) -> None:
    told = f"zulu: found the class '{JOINED}', in which classes of zulu are joined with others"
    with pytest.raises(SkelshotError, match=told):
        protocol_named("toy@zulu").split_list(stores[1])


def test_what_it_is_about_changes_no_hash(stores: tuple[Store, Store], tmp_path: Path) -> None:
    file, hashes = tmp_path / "told.yaml", set()
    for about in ("", ", about: of toys"):
        file.write_text(f"{{name: a, draws_as: a, splits: 1, base: 2, novel: 2, draws: 1{about}}}")
        within = protocol_named(f"{file}@toy")
        hashes.add(within.fingerprint(stores[1], within.split_list(stores[1]), 1))
    assert len(hashes) == 1


def test_it_tells_its_name_and_what_decides_it(stores: tuple[Store, Store]) -> None:
    _, every = stores
    within = protocol_named("toy@toy")
    assert (within.name, within.interval_over) == ("toy@toy", "splits")
    assert within.counts(every) is None
    splits = within.split_list(every)
    first = within.fingerprint(every, splits, 1)
    assert first == protocol_named("toy@toy").fingerprint(every, splits, 1)
    assert first != within.fingerprint(every, splits, 2)
    plain = protocol_named("toy")
    assert first != plain.fingerprint(stores[0], plain.split_list(stores[0]), 1)
    assert repr(within) != repr(protocol_named("toy@zulu"))  # results tell them apart by that
    assert copy.deepcopy(within) == within


def test_people_of_other_numbers_are_drawn_anew(
    stores: tuple[Store, Store], tmp_path: Path
) -> None:
    _, every = stores
    file = tmp_path / "people.yaml"
    file.write_text(
        "{name: people, draws_as: people, splits: 1, base: 2, novel: 3, draws: 2, "
        "exemplars: same-subjects}"
    )
    within = protocol_named(f"{file}@toy")
    [split] = within.split_list(every)
    for task in within.tasks(every, split, 1):
        clips = [every.clips[i] for i in (*task.support.flat, *task.queries)]
        assert all(clip.name.startswith("toy/") for clip in clips)
        [shown] = {every.clips[i].subject for i in task.support.flat}
        assert shown not in {every.clips[i].subject for i in task.queries}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("toy@tay", r"no clip of the set 'tay', expected one of alpha, toy, zulu; did you mean 't"),
        ("nw-ulca@toy", "protocol: found 'nw-ulca', expected one of"),
        ("toy@", "toy@: expected the name of a set behind @"),
        ("toy@a/b", "expected the name of a set behind @"),
        ("@toy", "protocol: found '@toy', expected one of"),
        ("a@b@toy", "protocol: found 'a@b@toy', expected one of"),
        ("/home/me@corp/mine.yaml", "protocol: found '/home/me@corp/mine.yaml', expected one of"),
        ("@" * 3000, "protocol: found '@@"),
    ],
)
def test_what_is_no_set(stores: tuple[Store, Store], name: str, told: str) -> None:
    with pytest.raises(SkelshotError, match=told):
        protocol_named(name).split_list(stores[1])


def test_a_store_of_one_set_and_a_protocol_of_names_are_refused(
    stores: tuple[Store, Store], tmp_path: Path
) -> None:
    with pytest.raises(SkelshotError, match="'toy', expected a store of `prepare sets`"):
        protocol_named("toy@toy").split_list(stores[0])
    file = tmp_path / "named.yaml"
    file.write_text("{name: named, novel: [toy/a, toy/b]}")
    with pytest.raises(SkelshotError, match="write their names as toy/CLASS, and leave @toy out"):
        protocol_named(f"{file}@toy")
