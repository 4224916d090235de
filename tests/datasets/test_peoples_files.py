"""Files as other systems write them: read right, or refused in one line that says what to do."""

import pickle

import numpy as np
import pytest

from skelshot.cli import main
from skelshot.datasets.store import Store
from skelshot.skeletons.layouts import COCO_17, KINECT_V1

FRAMES = 24


HEIGHT = {
    "ankle": 0.1, "foot": 0.05, "knee": 0.5, "hip": 0.92, "centre": 0.95, "spine": 1.1,
    "elbow": 1.12, "wrist": 0.88, "hand": 0.8, "shoulder": 1.4, "head": 1.66, "nose": 1.6,
    "eye": 1.64, "ear": 1.62,
}  # fmt: skip
WIDTH = {
    "ankle": 0.12, "foot": 0.13, "knee": 0.11, "hip": 0.1, "elbow": 0.22, "wrist": 0.24,
    "hand": 0.25, "shoulder": 0.18, "eye": 0.03, "ear": 0.075,
}  # fmt: skip
FORWARD = {"foot": 0.14, "nose": 0.12, "eye": 0.09}


def person(layout, seed=0, frames=FRAMES):
    """A person (T, V, 3) in metres who faces the sensor, three metres away, and lifts an arm."""
    rng = np.random.default_rng(seed)
    rest = np.zeros((layout.num_joints, 3))
    for joint, name in enumerate(layout.joints):
        kind = name.split(" ")[-1] if name != "shoulder centre" else "shoulder"
        side = {"left": -1, "right": 1}.get(name.split(" ")[0], 0)
        rest[joint] = side * WIDTH.get(kind, 0), HEIGHT[kind] - 0.9, 3 - FORWARD.get(kind, 0)
    joints = np.repeat(rest[None], frames, axis=0)
    lift = np.sin(np.linspace(0, np.pi, frames)) * (0.6 + 0.1 * seed)
    for joint, share in (("left elbow", 0.4), ("left wrist", 1), ("left hand", 1.1)):
        if joint in layout.joints:
            joints[:, layout.joints.index(joint), 1] += share * lift
            joints[:, layout.joints.index(joint), 0] -= 0.3 * share * lift
    return (joints + rng.normal(0, 0.004, joints.shape)).astype(np.float32)


def in_pixels(joints):
    """The same (T, V, 2) in a picture of 1920 x 1080, y down."""
    return (np.array([960, 540]) - 1050 * joints[..., :2] / joints[..., 2:]).astype(np.float32)


BODIES = [person(KINECT_V1, seed) for seed in range(4)]
FLAT = [in_pixels(person(COCO_17, seed)) for seed in range(4)]


def with_changes(clips, change):
    return [change(clip.copy()) for clip in clips]


def put(clip, frames, joint, value):
    clip[frames, joint] = value
    return clip


@pytest.fixture
def prepared(tmp_path, capsys):
    """Write files, prepare them and look: exit code, words, and the store."""

    def run(source, *options):
        fmt, write = source
        (tmp_path / "raw").mkdir()
        raw = write(tmp_path / "raw") or tmp_path / "raw"
        call = ["prepare", fmt, raw, "--out", tmp_path / "store", "--workers", 1, *options]
        code = 0
        try:
            main([str(word) for word in call])
        except SystemExit as left:
            code = left.code
        said = capsys.readouterr()
        assert len(said.err.splitlines()) == (code == 2), said.err
        words, store = said.out + said.err, None
        if code == 0:
            store = Store.open(tmp_path / "store")
            words += (tmp_path / "store" / "rejected.csv").read_text()
        return code, words, store

    return run


def npz(clips, **more):
    """The format, and a function that writes a file a clip; calls get the clip's number."""

    def write(folder):
        for number, joints in enumerate(clips):
            fields = {"joints": joints, "label": f"l{number % 2}", **more}
            told = {k: v(number) if callable(v) else v for k, v in fields.items()}
            np.savez(folder / f"c{number}.npz", **{k: v for k, v in told.items() if v is not ...})

    return "npz", write


def pkl(clips, change=lambda entry: entry, protocol=4):
    """The format, and a function that writes one pickle of all clips, each entry changed."""

    def write(folder):
        entries = [
            change(
                {"frame_dir": f"c{number}", "label": number % 2, "total_frames": len(joints),
                 "keypoint": joints[None], "img_shape": (1080, 1920),
                 "keypoint_score": np.full((1, *joints.shape[:2]), 0.8, np.float32)}
            )
            for number, joints in enumerate(clips)
        ]  # fmt: skip
        path = folder / "X.PKL"
        path.write_bytes(pickle.dumps({"split": {}, "annotations": entries}, protocol))
        return path

    return "pyskl", write


def assert_close(store, clips, tolerance=1e-3):
    assert len(store) == len(clips)
    for index, joints in enumerate(clips):
        found = store.sequence(index).joints
        assert found.shape == (1, *joints.shape)
        np.testing.assert_allclose(found[0], joints, rtol=tolerance, atol=tolerance)


MILLI = ("--units", "millimetres")
READ = {
    "big-endian doubles in Fortran's order": (
        npz([np.asfortranarray(clip.astype(">f8")) for clip in BODIES]), (), BODIES),
    "whole millimetres": (
        npz([np.round(1000 * clip).astype(np.int16) for clip in BODIES]), MILLI, BODIES),
    "half floats": (npz([clip.astype(np.float16) for clip in BODIES]), (), BODIES),
    "MATLAB's doubles for everything": (
        npz([clip.astype(float) for clip in FLAT], label=lambda n: np.array([[n + 1.0]]),
            subject=np.array([[3.0]]), frame_index=np.arange(1.0, FRAMES + 1),
            picture_size=np.array([[1920.0, 1080.0]])), (), FLAT),
    "actor behind five places of NaN": (
        npz([np.stack([np.full_like(clip, np.nan)] * 5 + [clip]) for clip in BODIES]), (), BODIES),
    "ghost of two frames, then NaN": (
        npz([np.stack([put(clip + 1, slice(2, None), slice(None), np.nan), clip])
             for clip in BODIES]), (), BODIES),
    "ghost of two frames, then -1": (
        npz([np.stack([put(clip / 2, slice(2, None), slice(None), -1), clip]) for clip in FLAT]),
        (), FLAT),
    "joints at -9999": (npz(with_changes(BODIES, lambda c: put(c, slice(4, 7), 9, -9999))),
        (), BODIES),
    "joints at a cut-out's own 0": (
        npz(with_changes(FLAT, lambda c: put(c, slice(4, 7), 9, (-900, -400)))), (), FLAT),
    "labels, frames and scores of NumPy": (
        pkl(FLAT, lambda e: {**e, "label": np.int64(e["label"]),
            "total_frames": np.int32(e["total_frames"]), "img_shape": np.array([1080, 1920]),
            "keypoint_score": e["keypoint_score"].astype(np.float16)}, 2), (), FLAT),
    "nested lists, no scores": (
        pkl(FLAT, lambda e: {**e, "keypoint": e["keypoint"].tolist(), "keypoint_score": None}, 0),
        (), FLAT),
    "flags of 0, 1 and 2": (
        pkl(FLAT, lambda e: {**e, "keypoint_score": np.full((1, FRAMES, 17), 2)}),
        ("--score-scale", 2), FLAT),
}  # fmt: skip


@pytest.mark.parametrize(("source", "options", "wanted"), READ.values(), ids=READ)
def test_files_of_other_systems_are_read_right(prepared, source, options, wanted):
    code, words, store = prepared(source, *options)
    assert code == 0, words
    # an interpolated wrist is a little off its path
    assert_close(store, wanted, 5e-2 if "filled" in words else 2e-3)


def test_forms_of_accented_letters_are_one_class(prepared):
    two_forms = npz(BODIES, label=lambda n: ("\u00fcben", "u\u0308ben")[n % 2])
    assert prepared(two_forms)[2].class_names == ("\u00fcben",)


REFUSED = {
    "small logits": (pkl(FLAT, lambda e: {**e, "keypoint_score": 2 * e["keypoint_score"] - 1.9}),
        "keypoint_score: reaches down to -0.3, expected 0 to 1, or -1"),
    "flags": (pkl(FLAT, lambda e: {**e, "keypoint_score": np.full((1, FRAMES, 17), 2)}),
        "say --score-scale 2"),
    "x, y, z and score": (npz([np.concatenate([c, 0 * c[..., :1] + 0.9], 2) for c in BODIES]),
        "each joint has 4 numbers: keep x and y in pixels or x, y and z in metres"),
    "frames first": (npz([c[:, None] for c in BODIES]),
        f"one frame: no movement to learn from; found {FRAMES} persons, so that the first two"),
    "frames first in a pickle": (
        pkl(FLAT, lambda e: {**e, "keypoint": e["keypoint"].swapaxes(0, 1),
            "keypoint_score": e["keypoint_score"].swapaxes(0, 1)}),
        "axis 0 of its shape looks like the frames"),
    "subject that is a name": (npz(BODIES, subject="P01"), "subject: found 'P01', expected"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused_in_one_line(prepared, source, expected):
    code, words, _ = prepared(source)
    assert code == 2
    assert expected in words


ODD = {
    "pixels first": (in_pixels(BODIES[0]), "joints: found 2 coordinates, most clips beside it"),
    "17 joints first": (
        person(COCO_17),
        "found shape (1, 24, 17, 3), expected (persons, frames, 20",
    ),
    "millimetres first": (1000 * BODIES[0], "or say --units millimetres"),
}


@pytest.mark.parametrize(("odd", "expected"), ODD.values(), ids=ODD)
def test_most_clips_decide_and_the_odd_one_is_rejected(prepared, odd, expected):
    code, words, store = prepared(npz([odd, *BODIES]))
    assert code == 0
    assert_close(store, BODIES)
    assert expected in words


def test_a_layout_that_one_file_tells_is_not_that_of_all(prepared):
    told = npz([person(COCO_17), *BODIES], layout=lambda n: ... if n else "coco-17")
    code, words, store = prepared(told)
    assert (code, len(store), store.layout) == (0, 4, KINECT_V1)
    assert "guessed: layout: kinect-v1, confirmed by the bodies" in words


@pytest.mark.parametrize(("odd", "found"), [(0, "shares of the picture"), (5, "shares")])
def test_shares_of_the_picture_among_pixels_are_rejected(prepared, odd, found):
    clips = [in_pixels(person(COCO_17, seed)) for seed in range(6)]
    clips[odd] = clips[odd] / np.float32([1920, 1080])
    code, words, store = prepared(npz(clips))
    assert (code, len(store)) == (0, 5)
    assert f"found what looks like {found}" in words


SAID = {
    "an array that means nothing": (npz(BODIES, confidences=1.0), "c0.npz, array 'confidences'"),
    "a field that means nothing": (pkl(FLAT, lambda e: {**e, "keypoint_scores": 1}),
        "annotations, field 'keypoint_scores'"),
    "labels alike": (npz(BODIES, label=lambda n: ("Wave", "wave", "wave  ", "bow")[n]),
        "doubtful: labels: found 'Wave', 'wave' for several classes"),
    "stacked clips": (npz([np.stack([person(KINECT_V1, seed) for seed in range(20)])]),
        "doubtful: persons: found 20 persons at once"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), SAID.values(), ids=SAID)
def test_what_looks_odd_is_said_by_prepare_and_verify(prepared, tmp_path, capsys, source, expected):
    code, words, _ = prepared(source)
    assert code == 0
    assert expected in words
    main(["verify", str(tmp_path / "raw")])
    said = capsys.readouterr().out
    assert expected in said
    assert "guessed: layout: " in said


def table(text, name="labels.csv", clip="c{}.npz", encoding="utf-8"):
    """The format, and a function that writes clips without labels and a table beside them."""

    def write(folder):
        for number, joints in enumerate(BODIES):
            path = folder / clip.format(number)
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as handle:
                np.savez(handle, joints=joints)
        (folder / name).write_bytes(text.encode(encoding))

    return "npz", write


def lines(row, head="file,label", end="\n"):
    return end.join([head, *(row.format(number, number % 2) for number in range(4))]) + end


TABLES = {
    "Excel's semicolons": table(lines("c{};l{}", "file;label", "\r\n"), encoding="utf-8-sig"),
    "sep=; above": table("sep=;\r\n" + lines('"c{}";"l{}"', '"File";"LABEL"', "\r\n")),
    "old Mac": table(lines("c{},l{}", end="\r")),
    "tabs": table(lines("c{}\tl{}", "file\tlabel"), "Labels.TSV"),
    "separators and blanks below": table(lines("c{},l{}") + ",\n,\n\n  \n"),
    "no end of line": table(lines("c{},l{}").rstrip()),
    "endings in capitals": table(lines("C{}.NPZ,l{}"), clip="c{}.NPZ"),
    "Windows' paths": table(lines(".\\day\\c{}.npz,l{}"), clip="day/c{}.npz"),
    "accents in two signs": table(lines("u\u0308_{},l{}"), clip="\u00fc_{}.npz"),
    "dots in names": table(lines("a.b.{},l{}"), clip="a.b.{}.npz"),
}


@pytest.mark.parametrize("source", TABLES.values(), ids=TABLES)
def test_tables_as_spreadsheets_write_them(prepared, source):
    code, words, store = prepared(source)
    assert code == 0, words
    assert store.class_names == ("l0", "l1")
    assert [clip.label for clip in store.clips] == [0, 1, 0, 1]
    assert_close(store, BODIES)


@pytest.mark.parametrize("row", ["raw/c{}.npz,l{}", "c{}.mp4,l{}", "clip {},l{}"])
def test_a_table_of_other_names_is_an_error_of_the_table(prepared, row):
    code, words, _ = prepared(table(lines(row)))
    assert code == 2
    assert "labels.csv: names none of the clips there are: found" in words
    assert "expected names such as c0.npz, c1.npz, c2.npz and 1 more" in words


def test_a_link_that_leads_nowhere_is_not_the_tables_fault(prepared):
    def write(folder):
        npz(BODIES)[1](folder)
        (folder / "d.npz").symlink_to(folder / "nowhere")

    code, words, store = prepared(("npz", write))
    assert (code, len(store)) == (0, 4)
    assert "d.npz,cannot be read (No such file or directory)" in words
