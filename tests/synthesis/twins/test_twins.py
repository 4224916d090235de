"""Twins on disk: read by the real readers, resumable, the same in any number of processes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.msr_action_pairs import MsrActionPairsReader
from skelshot.datasets.pku_mmd import PkuMmdReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.readers import Reader
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.synthesis.plan import SynthesisPlan
from skelshot.synthesis.sensing.sensed import SensedBody, SensedClip
from skelshot.synthesis.synthesise import recording_of, synthesise
from skelshot.synthesis.twins import TWINS, MsrActionPairsTwin, PkuMmdTwin
from skelshot.synthesis.twins.msr_action_pairs import clip_text
from skelshot.synthesis.twins.pku_mmd import LABELS, SKELETONS, performer_in
from skelshot.synthesis.twins.twin import Twin, synthesise_twin
from skelshot.videos.decode import VideoFile

KEPT = json.loads(Path(__file__).with_name("frozen.json").read_text())
SIZE = (64, 36)


def pku(raw: Path, **changes: Any) -> PkuMmdTwin:
    """Two people, two cameras, three classes, one of them of two people."""
    fields: dict[str, Any] = {"actions": (8, 14, 17), "performers": (1, 7), "replications": (1,)}
    return PkuMmdTwin(raw=raw, cameras=(1, 3), size=SIZE, **{**fields, **changes})


def msr(raw: Path, **changes: Any) -> MsrActionPairsTwin:
    fields: dict[str, Any] = {"actions": (1, 2), "performers": (1, 2), "replications": (1, 3)}
    return MsrActionPairsTwin(raw=raw, cameras=(1,), size=SIZE, **{**fields, **changes})


MAKERS: tuple[Callable[..., Twin[Any]], ...] = (pku, msr)


def files(raw: Path) -> dict[str, bytes]:
    found = sorted(path for path in raw.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in found}


def test_the_real_reader_cuts_the_recordings(tmp_path: Path) -> None:
    twin = pku(tmp_path / "raw")
    report = synthesise_twin(twin)
    assert (report.clips, report.videos, report.written) == (12, 0, 6)
    found = prepare(PkuMmdReader(), tmp_path / "raw", tmp_path / "store")
    assert (found.clips, found.rejected, found.repaired) == (12, 0, 0)
    assert found.splits == {"xsub_train": 6, "xsub_val": 6, "xview_train": 6, "xview_val": 6}
    store = Store.open(tmp_path / "store")
    ranges = {
        (take.number, action): stop - start
        for take in twin.takes()
        for action, (start, stop) in zip(take.actions, twin.performance(take).ranges, strict=True)
    }
    for index, clip in enumerate(store.clips):
        sequence = store.sequence(index)
        assert sequence.persons == (2 if clip.label == 13 else 1)
        assert sequence.frames == ranges[int(clip.name[:4]), clip.label + 1]
        assert clip.camera == {"L": 1, "M": 2, "R": 3}[clip.name[5]]
        who = performer_in(clip.name[:6])
        assert (clip.name in store.splits["xsub_val"]) == (who == 7)
        bodies = sequence.joints[sequence.present]
        assert 0.8 < np.ptp(bodies[..., 1], axis=1).mean() < 1.9  # metres, y up
        assert (bodies[..., 2] > 1).all()


def test_the_real_reader_reads_the_pairs(tmp_path: Path) -> None:
    report = synthesise_twin(msr(tmp_path / "raw"))
    assert (report.clips, report.written) == (8, 8)
    reader = MsrActionPairsReader()
    found = prepare(reader, tmp_path / "raw", tmp_path / "store")
    assert (found.clips, found.rejected, found.repaired) == (8, 0, 0)
    assert not found.remarks.doubts
    store = Store.open(tmp_path / "store")
    names = {clip.name for clip in store.clips}
    assert {"a01_s01_e01", "a02_s02_e03"} < names
    assert {clip.subject for clip in store.clips} == {1, 2}


def test_the_papers_protocols_run_on_twins(tmp_path: Path) -> None:
    """All classes by one person, two times: Table IV's and VI's tasks can be drawn."""
    kinds: tuple[tuple[Reader, Twin[Any], int, int], ...] = (
        (
            PkuMmdReader(),
            pku(tmp_path / "a", actions=tuple(range(1, 52)), performers=(1,), replications=(1,)),
            11,
            1,
        ),
        (
            MsrActionPairsReader(),
            msr(tmp_path / "b", actions=tuple(range(1, 13)), performers=(1,)),
            6,
            20,
        ),
    )
    for reader, twin, ways, splits in kinds:
        synthesise_twin(twin)
        prepare(reader, twin.raw, twin.raw.with_suffix(".store"))
        store = Store.open(twin.raw.with_suffix(".store"))
        name = "pku-mmd-one-shot" if twin.name == "pku-mmd" else "msr-action-pairs"
        protocol = protocol_named(name)
        found = protocol.split_list(store)
        assert len(found) == splits
        for split in found:
            assert protocol.tasks(store, split, 1)[0].support.shape == (ways, 1)


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_is_done_twice_and_more_people_change_nothing(
    make: Callable[..., Twin[Any]], tmp_path: Path
) -> None:
    twin = make(tmp_path / "raw")
    synthesise_twin(twin)
    before = files(twin.raw)
    assert synthesise_twin(twin).written == 0
    lost = [name for name in before if name.endswith(".txt") and "Split" not in name][:2]
    for name in lost:
        (twin.raw / name).unlink()
    (twin.raw / lost[0]).with_name(".left.1.partial").write_text("half")
    assert synthesise_twin(twin).written in (1, 2)
    assert files(twin.raw) == before
    larger = make(tmp_path / "larger", performers=(1, 2, 7))
    synthesise_twin(larger, workers=2)
    there = files(larger.raw)
    assert len(there) > len(before)
    for name, data in before.items():
        assert there[name] == data or "Split" in name, name


def test_every_clip_of_a_recording_lies_in_its_video(tmp_path: Path) -> None:
    twin = pku(tmp_path / "raw", performers=(1,), filmed=True)
    assert synthesise_twin(twin).videos == 6
    prepare(PkuMmdReader(), twin.raw, tmp_path / "store")
    for clip in Store.open(tmp_path / "store").clips:
        assert clip.video_file is not None
        video = VideoFile(twin.raw / clip.video_file)
        assert clip.video_stop is not None
        assert clip.video_stop < video.frames
        rows = (twin.raw / SKELETONS / f"{clip.name[:6]}.txt").read_text().splitlines()
        assert video.frames == len(rows)


def test_a_clips_video_is_found_by_its_name(tmp_path: Path) -> None:
    twin = msr(tmp_path / "raw", performers=(1,), replications=(1,), filmed=True)
    assert synthesise_twin(twin).videos == 2
    for name in ("a01_s01_e01", "a02_s01_e01"):
        text = (twin.raw / "Skeleton" / f"{name}_skeleton.txt").read_text()
        assert VideoFile(twin.raw / "RGB" / f"{name}_rgb.avi").frames == int(text.split()[0])


def test_second_bodies_and_lost_frames_are_written_as_in_the_original() -> None:
    def body(person: int | None, frames: list[int], at: float) -> SensedBody:
        joints = np.full((len(frames), 25, 3), at)
        flat = np.full((len(frames), 25, 2), 212.0)
        return SensedBody(
            1, person, np.array(frames), joints, flat, flat, flat, np.zeros(1, np.uint8), flat
        )

    clip = SensedClip(4, (body(None, [2, 3], 9.0), body(0, [0, 2], 1.0)), 1)
    lines = clip_text(clip).splitlines()
    assert lines[0] == "4 20"
    counts = [line for line in lines[1:] if " " not in line]
    assert counts == ["40", "0", "80", "40"]
    first = lines.index("80") + 1
    assert lines[first] == "1.000000 1.000000 1.000000 1"
    assert lines[first + 1] == f"{212 / 512:.6f} 0.500000 1.000000 1"
    assert lines[first + 40] == "9.000000 9.000000 9.000000 1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"actions": (0,)}, "actions: found 0, expected numbers from 1 to 51 for pku-mmd"),
        ({"actions": (52,)}, "actions: found 52, expected numbers from 1 to 51 for pku-mmd"),
        ({"actions": ()}, "actions: found none"),
        ({"performers": (107,)}, "performers: found 107, expected numbers from 1 to 106"),
        ({"performers": ()}, "performers: found none"),
        ({"replications": (3,)}, "replications: found 3, expected numbers from 1 to 2"),
        ({"cameras": (4,)}, "cameras: found 4, expected numbers from 1 to 3"),
        ({"size": (320, 181)}, "video size: found 320 x 181"),
    ],
)
def test_what_is_out_of_range_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    fields: dict[str, Any] = {
        "actions": (1,),
        "performers": (1,),
        "replications": (1,),
        "cameras": (1,),
        **changes,
    }
    with pytest.raises(SkelshotError, match=reason):
        PkuMmdTwin(raw=tmp_path, **fields)


def test_no_two_data_sets_are_mixed(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    synthesise_twin(msr(raw, performers=(1,), replications=(1,)))
    for other, reason in (
        (pku(raw), "another format .found 'msr-action-pairs', now asked for 'pku"),
        (msr(raw, seed=1), "another seed .found 0, now asked for 1"),
    ):
        with pytest.raises(SkelshotError, match=reason):
            synthesise_twin(other)
    with pytest.raises(SkelshotError, match="found 'msr-action-pairs', now asked for 'ntu'"):
        synthesise(SynthesisPlan((23,), (8,), (1,), (1,)), raw)
    with pytest.raises(SkelshotError, match="in the format 'msr-action-pairs', expected one in NT"):
        recording_of(raw)
    synthesise_twin(pku(tmp_path / "pku", performers=(1,)))
    with pytest.raises(SkelshotError, match=r"another classes"):
        synthesise_twin(pku(tmp_path / "pku", actions=(8, 17)))


def test_without_pyav_videos_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SkelshotError, match=r"pip install .skelshot\[video\]"):
        synthesise_twin(msr(tmp_path, filmed=True))


def kept_facts(name: str, folder: Path) -> dict[str, object]:
    """Write a take and note a few of its numbers, in millimetres."""
    if name == "pku-mmd":
        twin: Twin[Any] = pku(folder, performers=(2,))
        synthesise_twin(twin)
        stem = "0017-M"  # two people, since part 5 is theirs
        labels = (folder / LABELS / f"{stem}.txt").read_text()
        rows = np.loadtxt(folder / SKELETONS / f"{stem}.txt").reshape(-1, 2, 25, 3)
        return {"labels": labels, "frames": len(rows), "mm": _mm(rows[::40, :, [3, 7, 11, 15]])}
    twin = msr(folder, performers=(1,), replications=(1,))
    synthesise_twin(twin)
    lines = (folder / "Skeleton" / "a02_s01_e01_skeleton.txt").read_text().splitlines()
    rows = np.array([line.split() for line in lines if line.count(" ") == 3], float)
    places = rows.reshape(-1, 20, 2, 4)[::20, [3, 7, 11, 15], 0, :3]
    return {"labels": lines[0], "frames": lines.count("40"), "mm": _mm(places)}


def _mm(metres: np.ndarray) -> object:
    return (1000 * metres).round().tolist()


@pytest.mark.parametrize("name", TWINS)
def test_kept_takes_come_out_again(name: str, tmp_path: Path) -> None:
    """The twins are frozen, as the generator is; a change is a new `GENERATOR_VERSION`."""
    found, kept = kept_facts(name, tmp_path), KEPT[name]
    assert (found["labels"], found["frames"]) == (kept["labels"], kept["frames"])
    assert np.abs(np.array(found["mm"]) - np.array(kept["mm"])).max() <= 2
