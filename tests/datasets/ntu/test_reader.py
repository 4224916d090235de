import json
import os
import pickle
import zipfile
from zipfile import ZipFile

import numpy as np
import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.ntu.bodies import BodyOptions
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError

REASONS = {
    "S001C001P001R001A005": "line 15: frame 1 of 4, body 1, joint 11: found 2 fields, expected 12",
    "S001C001P001R001A006": "line 1: no body in any of 2 frames",
    "S001C002P005R002A008": "listed as having missing skeletons",
    "S017C001P001R001A061": "file name: found action 61 in setup 17, but actions from 61 on are",
    "copy of S001": "file name: found 'copy of S001', expected SsssCcccPpppRrrrAaaa",
}


def rejections(store):
    lines = (store.path / "rejected.csv").read_text().splitlines()[1:]
    return dict(line.replace('"', "").split(",", 1) for line in lines)


def test_good_files_are_read_and_bad_ones_listed(ntu_raw, tmp_path):
    report = prepare(NtuReader(), ntu_raw, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    assert (report.clips, report.rejected, report.classes) == (8, 5, 6)
    found = rejections(store)
    assert found.keys() == {f"{name}.skeleton" for name in REASONS}
    for name, reason in REASONS.items():
        assert reason in found[f"{name}.skeleton"]
    assert len(store.class_names) == 120
    assert store.layout.name == "kinect-v2"
    by_name = {clip.name: (clip, store.sequence(i)) for i, clip in enumerate(store.clips)}
    clip, sequence = by_name["S018C001P106R002A120"]
    assert (clip.setup, clip.camera, clip.subject, clip.replication) == (18, 1, 106, 2)
    assert (clip.label, clip.persons, clip.frames) == (119, 2, 16)
    assert set(np.unique(sequence.confidence)) == {0.5, 1.0}
    assert sequence.pixels.shape == (2, 16, 25, 2)
    videos = {name: clip.video_file for name, (clip, _) in by_name.items()}
    assert videos.pop("S001C001P001R001A002") == "more/S001C001P001R001A002_rgb.avi"
    assert set(videos.values()) == {None}


def test_numbers_are_those_of_the_file(ntu_raw):
    reader = NtuReader()
    source = next(s for s in reader.sources(ntu_raw) if s.name == "S001C001P001R001A001.skeleton")
    (clip,) = reader.read(source)
    rows = [line.split() for line in source.path.read_text().splitlines()]
    numbers = np.array([row for row in rows if len(row) == 12], np.float64).astype(np.float32)
    numbers = numbers.reshape(1, clip.sequence.frames, 25, 12)
    np.testing.assert_array_equal(clip.sequence.joints, numbers[..., :3])
    np.testing.assert_array_equal(clip.sequence.pixels, numbers[..., 5:7])
    np.testing.assert_array_equal(clip.sequence.confidence, numbers[..., 11] / 2)


def test_an_archive_gives_the_same_store_as_its_files(ntu_raw, zipped, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for file in ntu_raw.rglob("*.skeleton"):
        (flat / file.name).write_bytes(file.read_bytes())
    wanted = Store.open(prepare(NtuReader(), flat, tmp_path / "a").store)
    archive = zipped(flat, tmp_path / "nturgbd_skeletons_s001_to_s017.zip")
    found = Store.open(prepare(NtuReader(), archive, tmp_path / "b").store)
    assert found.data_hash == wanted.data_hash
    name = "nturgbd_skeletons_s001_to_s017.zip#nturgb+d_skeletons/S001C001P001R001A001.skeleton"
    assert found.clips[0].source_file == name
    assert len(rejections(found)) == len(rejections(wanted)) == 5
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [
        "a", "b", "flat", "raw",
    ]  # fmt: skip


def test_a_folder_of_archives_and_files_is_read_and_duplicates_are_listed(
    ntu_raw, zipped, tmp_path
):
    folder = tmp_path / "both"
    folder.mkdir()
    zipped(ntu_raw / "more", folder / "nturgbd_skeletons_s018_to_s032.zip", "")
    text = (ntu_raw / "S001C001P001R001A001.skeleton").read_text()
    (folder / "S001C001P001R001A001.skeleton").write_text(text)
    (folder / "S018C001P008R001A061.skeleton").write_text(text)
    store = Store.open(prepare(NtuReader(), folder, tmp_path / "store").store)
    assert sorted(store.labels.tolist()) == [0, 60, 61]
    assert rejections(store) == {
        "nturgbd_skeletons_s018_to_s032.zip#S018C001P008R001A061.skeleton": "duplicate name "
        "'S018C001P008R001A061': read before from S018C001P008R001A061.skeleton"
    }


def test_members_not_to_be_trusted_are_listed(tmp_path, skeleton_text):
    good = "S001C001P001R001A001.skeleton"
    with ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(good, skeleton_text())
        archive.writestr("../S001C001P001R001A002.skeleton", skeleton_text())
        archive.writestr("S001C001P001R001A003.skeleton", bytes((64 << 20) + 1))
        archive.writestr("inner.zip", "PK")
        archive.writestr("readme.txt", "hello")
        archive.writestr("__MACOSX/._S001C001P001R001A001.skeleton", "x")
    store = Store.open(prepare(NtuReader(), tmp_path / "a.zip", tmp_path / "store").store)
    assert [clip.source_file for clip in store.clips] == [f"a.zip#{good}"]
    found = rejections(store)
    assert found.keys() == {
        "a.zip#../S001C001P001R001A002.skeleton",
        "a.zip#S001C001P001R001A003.skeleton",
        "a.zip#inner.zip",
    }
    assert "leads out of the archive" in found["a.zip#../S001C001P001R001A002.skeleton"]
    assert "found more than 67108864 bytes" in found["a.zip#S001C001P001R001A003.skeleton"]
    assert "an archive within the archive" in found["a.zip#inner.zip"]


def test_a_truncated_archive_stops_with_one_line(ntu_raw, zipped, tmp_path):
    path = zipped(ntu_raw, tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SkelshotError, match=r"a.zip: not a whole zip archive .*fetch it again"):
        prepare(NtuReader(), path, tmp_path / "store")
    assert not (tmp_path / "store.partial").exists()


def test_what_holds_no_skeletons_is_refused(tmp_path):
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    (tmp_path / "a.txt").touch()
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "S001C001P001R001A001_rgb.avi").touch()
    cases = {
        "a.zip": "holds no .skeleton files",
        "a.txt": "found another kind of file, expected .skeleton files or zip archives",
        "videos": "holds no .skeleton files",
        "absent": "no such folder",
    }
    for name, reason in cases.items():
        with pytest.raises(SkelshotError, match=f"{name}: {reason}"):
            NtuReader().sources(tmp_path / name)


def test_lists_and_options_go_into_the_store(ntu_raw, tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("S001C001P001R001A001\n")
    assert prepare(NtuReader(missing_list="none"), ntu_raw, tmp_path / "a").rejected == 4
    report = prepare(NtuReader(missing_list=own), ntu_raw, tmp_path / "b")
    store = Store.open(report.store)
    assert rejections(store)["S001C001P001R001A001.skeleton"].startswith("listed as having")
    assert "S001C002P005R002A008" in [clip.name for clip in store.clips]
    options = store.document.reader.options
    assert options["on_missing"] == "repair"
    assert options["bodies"] == json.loads(BodyOptions().model_dump_json())
    with pytest.raises(SkelshotError, match="holds a store of another"):
        prepare(NtuReader(), ntu_raw, tmp_path / "b")
    with pytest.raises(SkelshotError, match="holds a store of another"):
        prepare(NtuReader(bodies=BodyOptions(denoise="none")), ntu_raw, tmp_path / "a")


def test_videos_that_come_later_are_another_store(ntu_raw, tmp_path):
    store = tmp_path / "store"
    prepare(NtuReader(), ntu_raw, store)
    (ntu_raw / "S001C001P001R001A001_rgb.avi").touch()
    with pytest.raises(SkelshotError, match=r"another sources\.videos .*delete it or choose"):
        prepare(NtuReader(), ntu_raw, store)


def _made_before_videos_were_noted(store):
    document = json.loads((store / "store.json").read_text())
    del document["sources"]["videos"]
    (store / "store.json").write_text(json.dumps(document))


def test_a_store_made_before_videos_were_noted_is_taken_as_the_same(ntu_raw, tmp_path):
    prepare(NtuReader(), ntu_raw, tmp_path / "store")
    _made_before_videos_were_noted(tmp_path / "store")
    assert prepare(NtuReader(), ntu_raw, tmp_path / "store").already_prepared


def test_one_made_without_videos_before_they_were_noted_is_not(ntu_raw, tmp_path):
    (video,) = ntu_raw.rglob("*A002_rgb.avi")
    content = video.read_bytes()
    video.unlink()
    prepare(NtuReader(), ntu_raw, tmp_path / "store")
    _made_before_videos_were_noted(tmp_path / "store")
    assert prepare(NtuReader(), ntu_raw, tmp_path / "store").already_prepared
    video.write_bytes(content)
    with pytest.raises(SkelshotError, match=r"another sources\.videos"):
        prepare(NtuReader(), ntu_raw, tmp_path / "store")


def test_nan_is_repaired_or_rejected(tmp_path, skeleton_text):
    (tmp_path / "S001C001P001R001A001.skeleton").write_text(skeleton_text(nan=True))
    assert prepare(NtuReader(), tmp_path, tmp_path.with_name("store")).repaired == 1
    (problem,) = verify(tmp_path).bad
    assert "1 joints with NaN or infinite coordinates" in problem.problem


def test_a_file_that_is_too_large_is_listed(tmp_path):
    with (tmp_path / "S001C001P001R001A001.skeleton").open("wb") as handle:
        handle.truncate((64 << 20) + 1)  # a hole: it takes no room on the disk
    reader = NtuReader()
    (item,) = reader.read(reader.sources(tmp_path)[0])
    assert "found 67108865 bytes, expected at most 67108864 a clip" in item.reason


def test_verify_guesses_the_reader_and_names_file_and_line(ntu_raw, zipped, tmp_path):
    (ntu_raw / "notes.json").unlink()
    assert guess_reader(ntu_raw).name == "ntu"
    report = verify(ntu_raw)
    assert (report.files, report.ok) == (13, 8)
    lines = {problem.file: problem.line for problem in report.bad}
    assert lines["S001C001P001R001A005.skeleton"] == 15
    assert lines["S001C001P001R001A006.skeleton"] == 1
    assert lines["copy of S001.skeleton"] is None
    path = zipped(ntu_raw, tmp_path / "a.zip")
    assert guess_reader(path).name == "ntu"
    assert (verify(path).files, verify(path).ok) == (13, 8)


def test_the_reader_travels_to_other_processes_without_its_open_archive(ntu_raw, zipped, tmp_path):
    reader = NtuReader()
    sources = reader.sources(zipped(ntu_raw, tmp_path / "a.zip"))
    items = [item for source in sources for item in reader.read(source)]
    copy = pickle.loads(pickle.dumps(reader))  # noqa: S301
    again = [item for source in sources for item in copy.read(source)]
    assert [type(item) for item in again] == [type(item) for item in items]
    assert sum(isinstance(item, Clip) for item in again) == 8


def test_the_real_samples_are_all_good(real_data_dir, tmp_path):
    folder = real_data_dir / "ntu-samples"
    if not folder.is_dir():
        pytest.skip(f"no NTU samples in {real_data_dir}")
    report = verify(folder)
    assert (report.files, report.ok) == (8, 8)
    store = Store.open(prepare(NtuReader(), folder, tmp_path / "store").store)
    assert [clip.frames for clip in store.clips] == [103, 158, 104, 99, 54, 75, 86, 74]
    assert [clip.persons for clip in store.clips] == [1] * 7 + [2]
    assert [clip.label + 1 for clip in store.clips] == [1, 2, 3, 4, 5, 6, 7, 50]
    assert store.clips[0].video_file == "S001C001P001R001A001_rgb.avi"
    assert os.listdir(folder)  # noqa: PTH208 - nothing was moved
