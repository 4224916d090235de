"""PKU-MMD on files that the tests write to the published format."""

import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.pku_mmd import PkuMmdReader
from skelshot.datasets.pku_mmd import reader as module
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError
from skelshot.videos.sampling import video_numbers

Write = Callable[..., Path]
Lines = Callable[..., list[str]]
LABEL = "Label/Train_Label_PKU_final/0002-L.txt"
SKELETON = "Data/PKU_Skeleton_Renew/0002-L.txt"


def items(raw: Path, **options: str) -> list[Clip | Rejected]:
    reader = PkuMmdReader.from_options(options)
    return [item for source in reader.sources(raw) for item in reader.read(source)]


def told(raw: Path, **options: str) -> list[str]:
    """What was rejected: file, line and reason."""
    return [
        f"{item.source}, {item.line}: {item.reason}"
        for item in items(raw, **options)
        if isinstance(item, Rejected)
    ]


def test_a_recording_is_cut_by_its_labels(write_recording: Write, lines: Lines) -> None:
    rows = lines(100, persons=2)
    rows[60] = " ".join(["0"] * 150)
    raw = write_recording(skeletons=rows)
    first, second = items(raw)
    assert isinstance(first, Clip)
    assert isinstance(second, Clip)
    assert [first.name, second.name] == ["0002-L_01_A08", "0002-L_02_A16"]
    assert [first.label, second.label] == [7, 15]
    assert (first.camera, first.subject, first.source_file) == (1, None, SKELETON)
    assert (first.frame_range, second.frame_range) == ((10, 40), (50, 90))
    expected = np.loadtxt(rows[10:40]).reshape(30, 2, 25, 3).transpose(1, 0, 2, 3)
    np.testing.assert_array_equal(first.sequence.joints, expected.astype(np.float32))
    assert second.sequence.present[:, 10].tolist() == [False, False]
    assert second.sequence.present.sum() == 2 * 39
    numbers = second.sequence.frame_index
    assert numbers is not None
    assert numbers.tolist() == list(range(50, 90))


def test_who_is_never_there_is_no_person(write_recording: Write, lines: Lines) -> None:
    rows = lines(100)
    rows[50:90] = [" ".join(row.split()[75:] + row.split()[:75]) for row in rows[50:90]]
    for item in items(write_recording(skeletons=rows)):
        assert isinstance(item, Clip)
        assert item.sequence.persons == 1
        assert item.sequence.present.all()


def test_labels_may_count_from_one_to_the_last(write_recording: Write) -> None:
    first, last = items(write_recording(labels="8,1,40,2\n9,41,100,2"), label_frames="inclusive")
    assert isinstance(first, Clip)
    assert isinstance(last, Clip)
    assert (first.frame_range, last.frame_range) == ((0, 40), (40, 100))


@pytest.mark.parametrize(
    ("labels", "line", "reason"),
    [
        ("0,10,40,2", 1, "unknown label: found 0, expected 1 to 51"),
        ("52,10,40,2", 1, "unknown label: found 52, expected 1 to 51"),
        ("8,100,120,2", 1, f"found frames 100 to 120, expected them within 0 to 100 as {SKELETON}"),
        ("8,-3,20,2", 1, "found frames -3 to 20, expected them within 0 to 100"),
        ("8,90,101,2", 1, "mend the label, or cut such clips short with --past-end cut"),
        ("8,30,30,2", 1, "found frames 30 to 30, expected an end after the start"),
        ("8,10,11,2", 1, "one frame: no movement to learn from"),
        ("\n\n8,10,40", 3, "found '8,10,40', expected label,start,end,confidence"),
        ("8,10,40,2,", 1, "found '8,10,40,2,', expected label,start,end,confidence"),
        ("wave,10,40,2", 1, "label: found 'wave', expected a whole number"),
        ("8,10.5,40,2", 1, "start: found '10.5', expected a whole number"),
        ("8,1_0,40,2", 1, "start: found '1_0', expected a whole number"),
        ("8,10," + "9" * 5000 + ",2", 1, "end: found '999"),
        ("8,10,40,", 1, "confidence: found '', expected a whole number"),
    ],
)
def test_a_bad_label_is_rejected_and_the_others_go_on(
    write_recording: Write, labels: str, line: int, reason: str
) -> None:
    raw = write_recording(labels=f"{labels}\n16,50,90,1\n")
    (bad,) = told(raw)
    assert bad.startswith(LABEL)
    assert f", {line}: " in bad
    assert reason in bad
    assert "\n" not in bad
    assert len(bad) < 400
    assert [item.label for item in items(raw) if isinstance(item, Clip)] == [15]


def test_of_labels_that_overlap_the_later_one_is_rejected(write_recording: Write) -> None:
    raw = write_recording(labels="9,55,70,2\n8,10,40,2\n16,50,60,1\n3,70,90,1\n")
    assert told(raw) == [
        f"{LABEL}, 1: found frames 55 to 70, which overlap those of line 3 (50 to 60), expected "
        "one action at a time; mend the labels"
    ]
    assert [item.label for item in items(raw) if isinstance(item, Clip)] == [7, 15, 2]


def test_a_label_out_of_the_recording_shadows_no_other(write_recording: Write) -> None:
    raw = write_recording(labels="8,0,5000,2\n16,50,90,1\n")
    assert len(told(raw)) == 1
    assert len(items(raw)) == 2


def test_clips_may_be_cut_at_the_end_of_the_recording(write_recording: Write) -> None:
    (clip,) = items(write_recording(labels="8,90,130,2"), past_end="cut")
    assert isinstance(clip, Clip)
    assert clip.frame_range == (90, 100)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(write_recording: Write, end: str) -> None:
    plain = items(write_recording())
    raw = write_recording(labels=f"8,10,40,2{end}16,50,90,1{end}{end}".encode(), end=end)
    for found, wanted in zip(items(raw), plain, strict=True):
        assert isinstance(found, Clip)
        assert isinstance(wanted, Clip)
        np.testing.assert_array_equal(found.sequence.joints, wanted.sequence.joints)


def test_start_and_end_the_wrong_way_round_are_exchanged_and_told(write_recording: Write) -> None:
    raw = write_recording(labels="8,40,10,2\n16,50,90,1\n")
    reader = PkuMmdReader()
    (source,) = reader.sources(raw)
    assert [item.frame_range for item in reader.read(source) if isinstance(item, Clip)] == [
        (10, 40),
        (50, 90),
    ]
    assert reader.remarks().guessed == {
        "joints in the video": "by the lens of a Kinect v2; --pixels none leaves them",
        "labels that end before they start": f"1, start and end exchanged ({LABEL}, line 1)",
    }


@pytest.mark.parametrize(
    ("row", "change", "reason"),
    [
        (60, lambda row: row.rpartition(" ")[0], "line 61: found 149 numbers, expected 150"),
        (60, lambda row: row + " 1", "line 61: found 151 numbers, expected 150"),
        (60, lambda row: "", "line 61: found 0 numbers, expected 150"),
        (60, lambda row: row.replace(".", ",", 1), "line 61: number 1: found '"),
        (60, lambda row: "x" + row[1:], "line 61: number 1: found 'x"),
        (60, lambda row: "1_0 " + row.partition(" ")[2], "number 1: found '1_0', expected a numb"),
        (99, lambda row: row[:200], None),
    ],
)
def test_a_bad_line_spoils_the_clips_that_show_it(
    write_recording: Write,
    lines: Lines,
    row: int,
    change: Callable[[str], str],
    reason: str | None,
) -> None:
    rows = lines(100)
    rows[row] = change(rows[row])
    raw = write_recording(skeletons=rows)
    found = told(raw)
    assert len([item for item in items(raw) if isinstance(item, Clip)]) == 2 - len(found)
    assert (reason is None) == (not found)
    for bad in found:
        assert bad.startswith(f"{LABEL}#0002-L_02_A16, 2: {SKELETON}, line 61: ")
        assert reason is not None
        assert reason in bad


def test_gaps_are_filled_or_refused(write_recording: Write, lines: Lines) -> None:
    rows = lines(100)
    rows[20] = "nan " + rows[20].partition(" ")[2]
    raw = write_recording(skeletons=rows)
    first = items(raw)[0]
    assert isinstance(first, Clip)
    assert first.repaired == 1
    assert "1 joints with NaN" in told(raw, on_missing="reject")[0]


def test_frames_without_anybody_give_no_clip(write_recording: Write, lines: Lines) -> None:
    rows = lines(100)
    rows[10:40] = [" ".join(["0.000000"] * 150)] * 30
    (bad,) = told(write_recording(skeletons=rows))
    assert "all coordinates are zero: no skeleton was recorded" in bad


def test_files_without_their_partner_are_rejected_by_name(write_recording: Write) -> None:
    write_recording("0002-M", labels=None)
    raw = write_recording("0003-R")
    (raw / "Data/PKU_Skeleton_Renew/0003-R.txt").unlink()
    write_recording("0004-L", labels=" \n")
    write_recording("0005-L", skeletons=[])
    write_recording("0006-L", labels=b"8,1\xff0,40,2\n")
    told_of = told(raw)
    for start, reason in [
        ("Data/PKU_Skeleton_Renew/0002-M.txt", "found no label file of 0002-M, expected 0002-M"),
        ("Label/Train_Label_PKU_final/0003-R.txt", "found no skeleton file of 0003-R"),
        ("Label/Train_Label_PKU_final/0004-L.txt", "found no label, expected lines of label,st"),
        ("Label/Train_Label_PKU_final/0005-L.txt", "0005-L.txt: found 0 lines, expected 1 to"),
        ("Label/Train_Label_PKU_final/0006-L.txt", "not UTF-8"),
    ]:
        assert any(one.startswith(start) and reason in one for one in told_of), start
    assert len(told_of) == 5


def test_splits_name_clips(write_recording: Write, write_split: Write, tmp_path: Path) -> None:
    for name in ("0002-L", "0002-M", "0003-M"):
        raw = write_recording(name)
    write_split("cross-subject.txt", "0002-L, 0002-M,", "0003-M, 0009-R")
    write_split("cross_view.txt", "0002-M, 0003-M", "0002-L")
    report = prepare(PkuMmdReader(), raw, tmp_path / "store")
    assert report.splits == {"xsub_train": 4, "xsub_val": 2, "xview_train": 4, "xview_val": 2}
    assert report.remarks.doubts == (
        "Split/cross-subject.txt names 1 recordings for val that are not there (0009-R)",
    )
    store = Store.open(tmp_path / "store")
    assert store.splits["xview_val"] == ("0002-L_01_A08", "0002-L_02_A16")
    assert [clip.camera for clip in store.clips] == [1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0002-L\n", r"line 1: found '0002-L', expected the headline 'Training videos:' first"),
        ("Training videos:\n0002-L, 2-M\n", "line 2: found '2-M', expected a recording's name"),
        ("Training videos:\n0002-L\nValidataion videos:\n0002-L", "line 4: found .* as in line 2"),
        ("Training videos:\n0002-L\n", "found no recording for val, expected both sides"),
        ("", "found no recording for train, expected both sides"),
    ],
)
def test_a_bad_split_list_is_refused(
    write_recording: Write, write_split: Write, text: str, reason: str
) -> None:
    raw = write_recording()
    write_split("cross-view.txt", "", "", text)
    with pytest.raises(SkelshotError, match=reason):
        PkuMmdReader().sources(raw)


def test_videos_belong_to_all_clips_of_their_recording(write_recording: Write) -> None:
    raw = write_recording()
    (raw / "RGB_VIDEO").mkdir()
    for name in ("0002-L.avi", "0002-L-depth.avi", "readme.txt"):
        (raw / "RGB_VIDEO" / name).touch()
    reader = PkuMmdReader()
    (source,) = reader.sources(raw)
    for clip in reader.read(source):
        assert isinstance(clip, Clip)
        assert clip.video_file == "RGB_VIDEO/0002-L.avi"
        numbers = video_numbers(clip.sequence, clip.frame_range)
        assert (numbers[0], numbers[-1] + 1) == clip.frame_range
    assert reader.remarks().passed_over == ("RGB_VIDEO/0002-L-depth.avi", "RGB_VIDEO/readme.txt")


def test_two_files_of_a_recording_are_told(write_recording: Write) -> None:
    raw = write_recording()
    (raw / "again").mkdir()
    (raw / "again/0002-L.txt").write_bytes((raw / SKELETON).read_bytes())
    reader = PkuMmdReader()
    assert len(reader.sources(raw)) == 1
    assert reader.remarks().doubts == (
        f"0002-L has two files of skeletons: {SKELETON} is read, again/0002-L.txt not",
    )


def test_the_readmes_endings_are_read_too(write_recording: Write) -> None:
    raw = write_recording()
    (raw / LABEL).rename(raw / "0002-L.label")
    (raw / SKELETON).rename(raw / "0002-L.skeleton")
    assert all(isinstance(item, Clip) for item in items(raw))


@pytest.mark.parametrize("most", [4, 6])
def test_a_complete_folder_has_the_published_clips(
    write_recording: Write, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    for name in ("0002-L", "0002-M"):
        raw = write_recording(name)
    monkeypatch.setattr(module, "RECORDINGS", 2)
    monkeypatch.setattr(module, "OFFICIAL_COUNTS", (most, most + 6))
    if most == 4:
        assert len(PkuMmdReader().sources(raw)) == 2
        return
    with pytest.raises(
        SkelshotError, match=r"found 4 labels in all 2 recordings, expected 6; .*-c"
    ):
        PkuMmdReader().sources(raw)
    assert len(PkuMmdReader(official_count="ignore").sources(raw)) == 2
    (raw / "Data/PKU_Skeleton_Renew/0002-M.txt").unlink()
    assert len(PkuMmdReader().sources(raw)) == 2


def test_the_published_numbers() -> None:
    assert (module.RECORDINGS, module.OFFICIAL_COUNTS[0]) == (1076, 21545)
    names = PkuMmdReader().class_names
    assert (len(names), names[0], names[20], names[50]) == (
        51,
        "bow",
        "pat on back of other person",
        "writing",
    )
    assert len(set(names)) == 51


def test_workers_change_nothing(write_recording: Write, write_split: Write, tmp_path: Path) -> None:
    for number in range(1, 6):
        raw = write_recording(f"{number:04d}-R", labels="8,10,40,2\n60,1,2,1\n16,50,90,1")
    write_split("cross-view.txt", "0001-R", "0002-R")
    again = pickle.loads(pickle.dumps(reader := PkuMmdReader()))  # noqa: S301 - our own bytes
    assert again.options() == reader.options()
    hashes = set()
    for workers in (1, 2):
        prepare(PkuMmdReader(), raw, tmp_path / f"store{workers}", workers=workers)
        hashes.add(Store.open(tmp_path / f"store{workers}").data_hash)
    assert len(hashes) == 1


def test_changed_skeletons_are_another_store(write_recording: Write, tmp_path: Path) -> None:
    raw = write_recording()
    prepare(PkuMmdReader(), raw, tmp_path / "store")
    assert prepare(PkuMmdReader(), raw, tmp_path / "store").already_prepared
    os.utime(raw / SKELETON, ns=(1, 1))
    with pytest.raises(SkelshotError, match=r"holds a store of another reader\.options"):
        prepare(PkuMmdReader(), raw, tmp_path / "store")


def test_a_changed_split_list_is_another_store(
    write_recording: Write, write_split: Write, tmp_path: Path
) -> None:
    write_recording("0003-L")
    raw = write_recording()
    write_split("cross-subject.txt", "0002-L", "0003-L")
    prepare(PkuMmdReader(), raw, tmp_path / "store")
    assert prepare(PkuMmdReader(), raw, tmp_path / "store").already_prepared
    write_split("cross-subject.txt", "0003-L", "0002-L")
    expected = (
        r"another split 'xsub_train' \(found 2 clips, now asked for 2 clips, 0 of them the same"
    )
    with pytest.raises(SkelshotError, match=expected):
        prepare(PkuMmdReader(), raw, tmp_path / "store")


def test_verify_names_the_label_files_line(write_recording: Write) -> None:
    raw = write_recording(labels="8,10,40,2\n52,50,90,1\n")
    assert isinstance(guess_reader(raw), PkuMmdReader)
    (bad,) = verify(raw).bad
    assert (bad.file, bad.line) == (LABEL, 2)
    assert bad.problem == "unknown label: found 52, expected 1 to 51"


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "A01N01-L.txt").write_text("0 " * 150)
    with pytest.raises(
        SkelshotError, match=r"holds no PKU-MMD files of part I .*; it holds A01N01"
    ):
        PkuMmdReader().sources(tmp_path)
    (tmp_path / "0002-L.avi").touch()
    with pytest.raises(SkelshotError, match=r"holds no PKU-MMD files of part I"):
        PkuMmdReader().sources(tmp_path)


def test_what_is_no_file_does_not_hang(write_recording: Write) -> None:
    raw = write_recording()
    for path in (raw / SKELETON, raw / LABEL):
        path.unlink()
        os.mkfifo(path)
    (bad,) = told(raw)
    assert "found a pipe, expected a regular file" in bad


def test_hostile_sizes_take_bounded_time(write_recording: Write) -> None:
    began = time.monotonic()
    many = "\n".join(f"8,{number},{number + 2},2" for number in range(10_001))
    assert "found 10001 lines, expected at most 10000" in told(write_recording(labels=many))[0]
    overlapping = "\n".join("8,0,90,2" for _ in range(9_999))
    assert len(told(write_recording(labels=overlapping))) == 9_998
    short = ["1"] * 99_000
    rows = "\n".join(f"8,{10 * number},{10 * number + 10},2" for number in range(9_900))
    assert len(told(write_recording(labels=rows, skeletons=short))) == 9_900
    (bad,) = told(write_recording(skeletons=["1"] * 100_001))
    assert "found 100001 lines, expected 1 to 100000" in bad
    assert time.monotonic() - began < 30
