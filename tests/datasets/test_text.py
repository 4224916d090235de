import gzip
import json
import pickle

import numpy as np
import pytest

from skelshot.datasets.clips import Rejected
from skelshot.datasets.column_map import ColumnMap
from skelshot.datasets.prepare import prepare
from skelshot.datasets.reader_family import reader_named
from skelshot.datasets.store import Store
from skelshot.datasets.text import TextReader
from skelshot.datasets.verify import guess_reader, verify
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V1

NAMED = r"(?P<label>[a-z]+)_s(?P<subject>\d+)_r(?P<replication>\d+)\.csv(\.gz)?"
MAP = f"joints: '{{joint}}_{{axis}}'\nlayout: kinect-v1\nframe: frame\nfile: '{NAMED}'\n"
HEADER = ["frame", *(f"{joint}_{axis}" for joint in KINECT_V1.joints for axis in "xyz")]


def text_of(joints, header=HEADER, label=None, separator=","):
    lines = [separator.join([*header, *(["action"] if label else [])])]
    for frame, row in enumerate(np.asarray(joints, np.float64).reshape(len(joints), -1).tolist()):
        cells = [str(frame + 1), *map(repr, row), *([label] if label else [])]
        lines.append(separator.join(cells))
    return "\n".join(lines) + "\n"


@pytest.fixture
def moves(toy_store):
    """Clips of toy actions (T, 20, 3)."""
    return [toy_store.sequence(index).joints[0] for index in range(0, len(toy_store), 9)]


@pytest.fixture
def raw(tmp_path, moves):
    """Six files of two classes in a folder, one of them packed, and a file of another kind."""
    folder = tmp_path / "raw"
    (folder / "day2").mkdir(parents=True)
    for number, joints in enumerate(moves[:6]):
        name = f"{('wave', 'bow')[number % 2]}_s{1 + number // 2}_r1.csv"
        (folder / name if number < 5 else folder / "day2" / name).write_text(text_of(joints))
    packed = folder / "bow_s1_r1.csv"
    packed.with_suffix(".csv.gz").write_bytes(gzip.compress(packed.read_bytes()))
    packed.unlink()
    (folder / "notes.md").touch()
    return folder


@pytest.fixture
def map_file(tmp_path):
    (tmp_path / "map.yaml").write_text(MAP)
    return tmp_path / "map.yaml"


def read_all(reader, raw):
    return [item for source in reader.sources(raw) for item in reader.read(source)]


def reasons(reader, raw):
    return [item.reason for item in read_all(reader, raw) if isinstance(item, Rejected)]


def test_files_become_clips_of_a_store(raw, map_file, moves, tmp_path):
    report = prepare(TextReader(map_file), raw, tmp_path / "store")
    assert (report.clips, report.classes, report.rejected) == (6, 2, 0)
    assert report.remarks.passed_over == ("notes.md",)
    store = Store.open(tmp_path / "store")
    assert store.class_names == ("bow", "wave")
    clips = {clip.name: clip for clip in store.clips}
    assert set(clips) == {"bow_s1_r1", "bow_s2_r1", "day2/bow_s3_r1", "wave_s1_r1", "wave_s2_r1",
                          "wave_s3_r1"}  # fmt: skip
    clip = clips["wave_s2_r1"]
    assert (clip.subject, clip.replication, clip.camera) == (2, 1, None)
    found = store.sequence(store.clips.index(clip))
    np.testing.assert_array_equal(found.joints[0], moves[2])
    np.testing.assert_array_equal(found.frame_index, 1 + np.arange(len(moves[2])))


def test_workers_read_the_same(raw, map_file):
    reader = TextReader(map_file)
    sources = reader.sources(raw)
    again = pickle.loads(pickle.dumps(reader))  # noqa: S301 - our own bytes
    for source in sources:
        (one,), (other,) = reader.read(source), again.read(source)
        np.testing.assert_array_equal(one.sequence.joints, other.sequence.joints)


def test_labels_come_from_a_column_and_classes_from_the_map(tmp_path, moves):
    (tmp_path / "raw").mkdir()
    for number, label in enumerate(("02", "01", "03")):
        (tmp_path / "raw" / f"{number}.csv").write_text(text_of(moves[number], label=label))
    told = {"joints": "2-61", "layout": "kinect-v1", "label": "action"}
    free = TextReader(ColumnMap(**told))
    assert [clip.label for clip in read_all(free, tmp_path / "raw")] == [1, 0, 2]
    assert free.class_names == ("01", "02", "03")
    named = TextReader(ColumnMap(**told, classes={"02": "wave", "01": "bow"}))
    first, second, third = read_all(named, tmp_path / "raw")
    assert named.class_names == ("wave", "bow")
    assert (first.label, second.label) == (0, 1)
    assert "unknown label: '03' is not one of classes" in third.reason
    both = TextReader(ColumnMap(**told, file=r"(?P<label>.)\.csv"))
    assert "label: found '02', but the file name says '0'" in reasons(both, tmp_path / "raw")[0]


def test_units_and_axes_of_the_map_give_way_to_those_of_the_caller(tmp_path, moves):
    (tmp_path / "raw").mkdir()
    turned = 1000 * moves[0][..., [0, 2, 1]] * [1, -1, 1]  # millimetres, z up
    (tmp_path / "raw" / "a.csv").write_text(text_of(turned))
    told = {"joints": "2-61", "layout": "kinect-v1", "file": r"(?P<label>a)\.csv"}
    by_map = TextReader(ColumnMap(**told, units="millimetres", axes="x,z,-y"))
    by_both = reader_named(
        "text", columns=write_map(tmp_path, {**told, "units": "feet", "axes": "x,z,-y"}),
        units="millimetres",
    )  # fmt: skip
    for reader in (by_map, by_both):
        (clip,) = read_all(reader, tmp_path / "raw")
        np.testing.assert_allclose(clip.sequence.joints[0], moves[0], atol=1e-5)
    (reason,) = reasons(TextReader(ColumnMap(**told, axes="x,z,-y")), tmp_path / "raw")
    assert reason.startswith("units: found bodies")
    assert "--units millimetres" in reason


def write_map(folder, fields):
    (folder / "other.yaml").write_text(json.dumps(fields))
    return folder / "other.yaml"


def test_a_layout_of_ones_own_and_rows_of_joints(tmp_path):
    (tmp_path / "stick.yaml").write_text(
        "{name: stick, joints: [hip, hand, head], bones: [[hand, hip], [head, hip]]}"
    )
    (tmp_path / "raw").mkdir()
    rows = "".join(f"{t} {j} {j + 0.1 * t} {t} 2\n" for t in range(4) for j in range(3))
    (tmp_path / "raw" / "wave.txt").write_text(rows)
    told = {"layout": "stick.yaml", "rows": "joint", "joints": [3, 4, 5], "frame": 1, "joint": 2,
            "header": False, "separator": "space", "file": "(?P<label>.+)[.]txt"}  # fmt: skip
    reader = TextReader(write_map(tmp_path, told))
    (clip,) = read_all(reader, tmp_path / "raw")
    assert clip.sequence.joints.shape == (1, 4, 3, 3)
    assert reader.options()["columns"]["layout"]["name"] == "stick"
    (tmp_path / "kept.json").write_text(json.dumps(reader.options()))  # as the store keeps them
    assert json.loads((tmp_path / "kept.json").read_text())["columns"]["joints"] == [3, 4, 5]


def test_gaps_are_repaired_or_rejected_by_option(raw, map_file, moves):
    rows = text_of(moves[0]).split("\n")
    cells = rows[5].split(",")
    rows[5] = ",".join([*cells[:4], "", *cells[5:]])
    (raw / "wave_s9_r1.csv").write_text("\n".join(rows))
    assert sum(clip.repaired for clip in read_all(TextReader(map_file), raw)) == 1
    (reason,) = reasons(TextReader(map_file, on_missing="reject"), raw)
    assert "1 joints with NaN" in reason


BAD = {
    "wave.csv": ("1,2\n", "file name: found 'wave.csv', expected (?P<label>"),
    "wave_s1_r2.csv": ("", "no row: nothing was recorded"),
    "wave_s1_r3.csv": ("frame,hip_x\n1,2\n", "column map, joints: the header has no column"),
    "wave_s1_r4.csv": ("\0\0", "found UTF-16, UTF-32 or no text at all"),
    "wave_s1_r5.csv.gz": ("a,b\n", "not a whole gzip file"),
    "wave_s1_r6.csv": (text_of(np.ones((1, 60))), "one frame: no movement"),
    "wave_s1_r7.csv": (text_of(np.zeros((9, 60))), "all coordinates are zero"),
    "wave_s1_r8.csv": (text_of(np.ones((9, 60))).replace("1.0", "one", 1), "expected a number"),
    f"wave_s{9**12}_r9.csv": ("1,2\n", "file name, subject: found '282429536481', expected a num"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_rejected_in_one_line_beside_good_ones(raw, map_file, name):
    content, expected = BAD[name]
    (raw / name).write_text(content)
    found = reasons(TextReader(map_file), raw)
    assert len(found) == 1
    assert expected in found[0]
    assert "\n" not in found[0]


def test_a_map_whose_columns_are_not_there_stops_with_the_nearest(raw, tmp_path):
    (tmp_path / "map.yaml").write_text(MAP.replace("frame: frame", "frame: farme"))
    with pytest.raises(SkelshotError, match=r"no clip can be read; the first: .*'farme'; did you"):
        TextReader(tmp_path / "map.yaml").sources(raw)


def test_no_map_and_folders_without_text_are_refused(raw, map_file, tmp_path):
    with pytest.raises(SkelshotError, match=r"name it with --columns FILE\.yaml"):
        TextReader().sources(raw)
    with pytest.raises(SkelshotError, match=r"none\.yaml: cannot be read"):
        TextReader(tmp_path / "none.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SkelshotError, match=r"holds no files \.csv, \.tsv"):
        TextReader(map_file).sources(tmp_path / "empty")


def test_verify_reads_with_a_map_and_never_guesses_one(raw, map_file):
    (raw / "wave.csv").write_text("1,2\n")
    report = verify(raw, TextReader(map_file))
    assert (report.files, report.ok) == (7, 6)
    with pytest.raises(SkelshotError, match="neither a store nor raw clips of a known format"):
        guess_reader(raw)
