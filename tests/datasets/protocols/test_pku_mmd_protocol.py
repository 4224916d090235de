"""The paper's protocol on PKU-MMD part I."""

from dataclasses import dataclass

from skelshot.datasets.pku_mmd import PkuMmdReader
from skelshot.datasets.protocols import NamedProtocol, protocol_named

NOVEL = (1, 6, 11, 16, 21, 26, 31, 36, 41, 46, 51)


@dataclass(frozen=True)
class Clip:
    name: str
    label: int
    subject: int | None = None


@dataclass(frozen=True)
class Clips:
    clips: tuple[Clip, ...]
    class_names: tuple[str, ...] = PkuMmdReader().class_names


def clips(count: int) -> Clips:
    return Clips(tuple(Clip(f"{n // 20:04d}-L_{n % 20:02d}", n % 51) for n in range(count)))


def test_the_papers_eleven_classes_are_novel_and_the_others_base() -> None:
    (split,) = protocol_named("pku-mmd-one-shot").split_list(clips(51))
    assert split.novel == tuple(number - 1 for number in NOVEL)
    assert sorted((*split.base, *split.novel)) == list(range(51))


def test_every_clip_but_the_exemplars_is_a_query() -> None:
    store = clips(51 * 8)
    protocol = protocol_named("pku-mmd-one-shot")
    (split,) = protocol.split_list(store)
    one, five = (protocol.tasks(store, split, shots) for shots in (1, 5))
    assert len(one) == len(five) == 10
    assert len({tuple(task.support.ravel()) for task in one}) == 10
    for first, more in zip(one, five, strict=True):
        assert first.support.shape == (11, 1)
        assert len(first.queries) == 11 * 7
        assert (more.support[:, :1] == first.support).all()
    assert protocol.interval_over == "draws"


def test_a_complete_store_is_told_from_a_part() -> None:
    protocol = protocol_named("pku-mmd-one-shot")
    assert isinstance(protocol, NamedProtocol)
    for count, official in ((21_545, "complete"), (21_544, "partial")):
        found = protocol.counts(clips(count))
        assert found is not None
        assert found.official == official
        assert (found.clips, found.exemplars) == (count, 11)
        assert found.base + found.exemplars + found.queries == count
    other = protocol.model_copy(update={"official_clips": None})
    store = clips(510)
    splits = protocol.split_list(store)
    assert other.counts(store) is None
    assert other.fingerprint(store, splits, 1) == protocol.fingerprint(store, splits, 1)
