"""A set of composed actions on disk: read by the real reader, the same however it is written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.mini_teacher.composed_set import ComposedSet, _actions
from skelshot.synthesis.twins.twin import synthesise_twin


def composed(raw: Path, **changes: Any) -> ComposedSet:
    fields: dict[str, Any] = {"actions": (1, 3), "performers": (1, 2), "replications": (1,)}
    return ComposedSet(raw=raw, cameras=(1, 3), size=(64, 36), **{**fields, **changes})


def files(raw: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((raw / "clips").iterdir())}


def test_the_npz_reader_reads_it(tmp_path: Path) -> None:
    report = synthesise_twin(composed(tmp_path / "raw"))
    assert (report.clips, report.videos, report.written) == (8, 0, 4)
    found = prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    assert (found.clips, found.rejected, found.repaired) == (8, 0, 0)
    store = Store.open(tmp_path / "store")
    actions = _actions(3)
    assert set(store.class_names) == {actions[0].captions[0], actions[2].captions[0]}
    for index, clip in enumerate(store.clips):
        sequence = store.sequence(index)
        program = actions[0 if clip.name.startswith("a0001") else 2].program
        assert sequence.persons == len(program.roles)
        assert (clip.subject, clip.camera) == (int(clip.name.split("_")[1][1:]), int(clip.name[-1]))
        bodies = sequence.joints[sequence.present]
        assert 0.5 < np.ptp(bodies[..., 1], axis=1).mean() < 2.2  # metres, y up
        assert (bodies[..., 2] > 1).all()


def test_cameras_see_one_performance_and_people_differ(tmp_path: Path) -> None:
    synthesise_twin(composed(tmp_path))
    clips = {name: np.load(tmp_path / "clips" / name) for name in files(tmp_path)}
    one, other = (clips[f"a0001_p01_r1_c{camera}.npz"]["joints"] for camera in (1, 3))
    assert one.shape == other.shape
    assert not np.allclose(one, other)
    assert one.shape != clips["a0001_p02_r1_c1.npz"]["joints"].shape or not np.allclose(
        one, clips["a0001_p02_r1_c1.npz"]["joints"]
    )


def test_files_are_the_same_in_any_order_and_more_adds_to_them(tmp_path: Path) -> None:
    synthesise_twin(composed(tmp_path / "one"))
    synthesise_twin(composed(tmp_path / "two", actions=(3,)))
    (tmp_path / "two" / "clips" / "a0003_p02_r1_c3.npz").unlink()
    more = synthesise_twin(composed(tmp_path / "two"), workers=2)
    assert more.written == 3
    assert files(tmp_path / "two") == files(tmp_path / "one")


def test_more_people_add_to_what_fewer_do_alone(tmp_path: Path) -> None:
    """The partner of an action of two people is the same, too."""
    together = next(n for n, a in enumerate(_actions(20), 1) if len(a.program.roles) == 2)
    synthesise_twin(composed(tmp_path / "one", actions=(together,), performers=(1,)))
    synthesise_twin(composed(tmp_path / "two", actions=(together,)))
    alone = files(tmp_path / "one")
    assert alone.items() < files(tmp_path / "two").items()


def test_another_seed_or_too_many_classes_are_refused(tmp_path: Path) -> None:
    synthesise_twin(composed(tmp_path, performers=(1,)))
    with pytest.raises(SkelshotError, match="seed"):
        synthesise_twin(composed(tmp_path, seed=1))
    with pytest.raises(SkelshotError, match="actions: found 3001, expected numbers from 1 to 3000"):
        composed(tmp_path, actions=(3001,))


def test_every_class_has_a_name_of_its_own() -> None:
    names = composed(Path("nowhere"), actions=(1, 240))._class_names
    assert len(set(names)) == len(names) == 240
    assert composed(Path("nowhere"))._class_names == names[:3]
