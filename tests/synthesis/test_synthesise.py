"""A synthetic data set: resumable, the same in any number of processes, read by the real reader."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skelshot.cli import main
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.locks import only_writer
from skelshot.synthesis import synthesise as module
from skelshot.synthesis.filmstrips import filmstrips
from skelshot.synthesis.plan import SynthesisPlan, Take
from skelshot.synthesis.recording import SKELETONS, VIDEOS
from skelshot.synthesis.synthesise import recording_of, synthesise
from skelshot.synthesis.truth import read_truth

PLAN = SynthesisPlan(
    actions=(23, 58), performers=(8,), cameras=(1, 3), replications=(1,), video_actions=(58,)
)
SIZE = (64, 36)


def _files(raw: Path) -> dict[str, bytes]:
    found = sorted(path for path in raw.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "raw"
    report = synthesise(PLAN, folder, size=SIZE)
    assert (report.clips, report.videos, report.written) == (4, 2, 2)
    return folder


def test_files_are_named_and_placed_as_in_the_archives(raw: Path) -> None:
    names = set(_files(raw))
    for camera in (1, 3):
        for action in (23, 58):
            stem = f"S001C00{camera}P008R001A0{action}"
            assert f"{SKELETONS}/{stem}.skeleton" in names
            assert f"{SKELETONS}/{stem}.truth.json" in names
            assert (f"{VIDEOS}/{stem}_rgb.avi" in names) == (action == 58)
    assert len(names) == 4 + 4 + 2 + 1


def test_the_real_reader_reads_them(raw: Path, tmp_path: Path) -> None:
    report = prepare(NtuReader(), raw, tmp_path / "store")
    assert (report.clips, report.rejected) == (4, 0)
    store = Store.open(tmp_path / "store")
    for index, clip in enumerate(store.clips):
        truth = read_truth(raw / SKELETONS / f"{clip.name}.truth.json")
        assert len(truth.persons) == (2 if clip.label == 57 else 1)
        assert store.class_names[clip.label] in ("hand waving", "handshaking")
        sequence = store.sequence(index)
        assert sequence.frames <= truth.frames
        assert sequence.pixels is not None
        assert (clip.video_file is not None) == (clip.label == 57)


def test_nothing_is_done_twice_and_what_is_missing_is_made_again(raw: Path) -> None:
    before = _files(raw)
    assert synthesise(PLAN, raw, size=SIZE).written == 0
    (raw / SKELETONS / "S001C003P008R001A058.truth.json").unlink()
    (raw / VIDEOS / "S001C001P008R001A058_rgb.avi").write_bytes(b"")
    (raw / SKELETONS / "S001C001P008R001A023.skeleton").unlink()
    assert synthesise(PLAN, raw, size=SIZE).written == 2
    assert _files(raw) == before


def test_a_killed_call_goes_on_and_ends_with_the_same_files(raw: Path, tmp_path: Path) -> None:
    words = ["synth", "--classes", "23-23", "58", "--performers", "1", "--cameras", "1", "3"]
    words += ["--replications", "1", "--video-size", "64x36", "--workers", "1", "--videos"]
    words += ["--out", str(tmp_path / "raw")]
    running = subprocess.Popen([sys.executable, "-m", "skelshot.cli", *words])
    while not list(tmp_path.glob(f"raw/{SKELETONS}/*.skeleton")):
        assert running.poll() is None
        time.sleep(0.005)
    running.kill()
    running.wait()
    (tmp_path / "raw" / SKELETONS / ".left.1.partial").write_text("half")
    assert len(_files(tmp_path / "raw")) < 13
    main(words)
    there = _files(tmp_path / "raw")
    assert len(there) == 4 + 4 + 4 + 1
    kept = {name: data for name, data in _files(raw).items() if name != "synthesis.json"}
    assert kept.items() <= there.items()


def test_two_calls_do_not_write_side_by_side(raw: Path) -> None:
    with (
        only_writer(raw, "synth", raw / ".lock"),
        pytest.raises(SkelshotError, match="another synth is writing"),
    ):
        synthesise(PLAN, raw, size=SIZE)


def test_processes_and_larger_plans_change_no_clip(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    larger = SynthesisPlan((23, 58), (8,), (1, 2, 3), (1,), video_actions=(58,))
    synthesise(larger, tmp_path / "raw", size=SIZE, workers=2)
    there = _files(tmp_path / "raw")
    assert len(there) == 6 + 6 + 3 + 1
    for name, data in _files(raw).items():
        assert there[name] == data, name


def test_another_seed_gives_other_people_and_is_not_mixed_in(raw: Path, tmp_path: Path) -> None:
    one = SynthesisPlan((23,), (8,), (1,), (1,))
    synthesise(one, tmp_path / "raw", seed=1)
    name = f"{SKELETONS}/S001C001P008R001A023.skeleton"
    assert (tmp_path / "raw" / name).read_bytes() != (raw / name).read_bytes()
    with pytest.raises(SkelshotError, match=r"clips of another seed \(found 0, now asked for 1"):
        synthesise(PLAN, raw, seed=1, size=SIZE)
    with pytest.raises(SkelshotError, match=r"another video_size\.0 \(found 64, now asked for 32"):
        synthesise(PLAN, raw, size=(32, 32))
    manifest = json.loads((tmp_path / "raw" / "synthesis.json").read_text())
    assert manifest["generator"] == module.GENERATOR_VERSION


@pytest.mark.parametrize("size", [(320, 181), (0, 180), (8, 8), (320, 9999)])
def test_impossible_sizes_are_refused(size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="video size: found"):
        synthesise(PLAN, tmp_path, size=size)


def test_without_pyav_videos_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SkelshotError, match=r"pip install .skelshot\[video\]"):
        synthesise(PLAN, tmp_path, size=SIZE)


def test_filmstrips_show_what_the_video_shows(raw: Path) -> None:
    sheet = filmstrips(recording_of(raw), [Take(58, 8, 1)], camera=1, moments=3)
    assert sheet.shape == (36, 3 * 64 + 2 * 2, 3)
    assert len({sheet[:, start : start + 64].tobytes() for start in (0, 66, 132)}) == 3
