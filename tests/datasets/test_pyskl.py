import pickle
import sys

import numpy as np
import pytest

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.prepare import prepare
from skelshot.datasets.pyskl import PysklReader, export_pyskl, read_class_names, read_splits
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import COCO_17


@pytest.fixture
def annotation(make_joints):
    """A function that makes one annotation with one person in pixels."""

    def make(name="clip_0", label=0, frames=6, **changes):
        fields = {
            "frame_dir": name,
            "label": label,
            "total_frames": frames,
            "img_shape": (1080, 1920),
            "keypoint": 100 * make_joints(frames, 17, 2)[np.newaxis].astype(np.float16),
            "keypoint_score": np.full((1, frames, 17), 0.9, np.float16),
            **changes,
        }
        return {field: value for field, value in fields.items() if value is not ...}

    return make


@pytest.fixture
def read(tmp_path):
    """A function that writes annotations to a pickle and reads its clips."""

    def make(annotations, split=None, **options):
        path = tmp_path / "data.pkl"
        path.write_bytes(pickle.dumps({"split": split or {}, "annotations": annotations}, 2))
        reader = PysklReader(**options)
        (source,) = reader.sources(path)
        return list(reader.read(source)), reader

    return make


def test_pixels_with_scores_are_read_as_coco(annotation, read):
    made = annotation("v_1", 2)
    made["keypoint_score"][0, 0, 0] = 1.05
    (clip,), reader = read([made])
    assert (clip.name, clip.label, clip.source_file) == ("v_1", 2, "data.pkl")
    assert reader.layout is clip.sequence.layout is COCO_17
    assert reader.class_names == ("class 0", "class 1", "class 2")
    assert clip.sequence.confidence[0, 0, 0] == 1
    np.testing.assert_array_equal(clip.sequence.joints, made["keypoint"].astype(np.float32))


def test_absent_persons_are_noticed_and_left_out(annotation, read, make_joints):
    joints = np.zeros((3, 6, 25, 3), np.float32)
    joints[1] = make_joints(6, 25, 3)
    joints[2, 4:] = 0.5
    made = annotation(
        "S001C002P003R002A013", keypoint=joints, keypoint_score=np.ones((3, 6, 25), np.float32)
    )
    (clip,), _ = read([made])
    assert (clip.setup, clip.camera, clip.subject, clip.replication) == (1, 2, 3, 2)
    assert clip.sequence.layout.name == "kinect-v2"
    assert clip.sequence.present.tolist() == [[True] * 6, [False] * 4 + [True] * 2]
    assert clip.sequence.confidence.shape == (2, 6, 25)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"label": ...}, "annotation: label missing, expected frame_dir, label"),
        ({"keypoint": ..., "frame_dir": ...}, "annotation: frame_dir, keypoint missing"),
        ({"label": -1}, "label: found -1"),
        ({"label": "wave"}, "label: found 'wave'"),
        ({"label": True}, "label: found True"),
        ({"frame_dir": 7}, "frame_dir: found int"),
        ({"frame_dir": "a\nb"}, "name: found"),
        ({"total_frames": 7}, "total_frames: found 7, but keypoint has 6 frames"),
        ({"total_frames": np.zeros(2)}, "total_frames: found array"),
        ({"keypoint": [[1, 2]]}, "keypoint: found <class 'list'>, expected numbers in 4 axes"),
        ({"keypoint": np.array(["a"])}, "keypoint: found <U1 (1,)"),
        ({"keypoint": np.ones((6, 17, 2))}, "keypoint: found float64 (6, 17, 2)"),
        ({"keypoint": np.ones((1, 6, 18, 2))}, "keypoint: found shape (1, 6, 18, 2)"),
        ({"keypoint": np.ones((1, 6, 17, 4))}, "keypoint: found shape (1, 6, 17, 4)"),
        ({"keypoint": np.ones((0, 6, 17, 2))}, "all coordinates are zero"),
        ({"keypoint": np.zeros((2, 6, 17, 2))}, "all coordinates are zero"),
        ({"keypoint": np.ones((1, 1, 17, 2)), "total_frames": 1}, "one frame: no movement"),
        ({"keypoint_score": np.ones((1, 5, 17))}, "keypoint_score: found (1, 5, 17)"),
        ({"keypoint_score": np.ones((1, 6))}, "keypoint_score: found float64 (1, 6)"),
    ],
)
def test_bad_annotations_are_rejected_and_the_rest_is_read(annotation, read, changes, expected):
    if "keypoint" in changes:
        changes = {"keypoint_score": ..., **changes}
    good = [annotation("good_1"), annotation("good_2")]
    items, _ = read([good[0], annotation("bad", **changes), good[1]])
    assert [type(item) for item in items] == [Clip, Rejected, Clip]
    assert expected in items[1].reason
    assert items[1].source.startswith("data.pkl#")


def test_gaps_are_repaired_or_rejected_by_option(annotation, read):
    made = annotation()
    made["keypoint"][0, 2, 3] = np.nan
    (clip,), _ = read([made])
    assert (clip.repaired, clip.sequence.confidence[0, 2, 3]) == (1, 0)
    (rejected,), _ = read([made], on_missing="reject")
    assert "1 joints with NaN" in rejected.reason


def test_annotations_that_are_no_dictionaries_are_rejected(annotation, read):
    items, _ = read([annotation(), 3])
    assert items[1] == Rejected(
        "data.pkl#1",
        "annotation: frame_dir, label, total_frames, keypoint missing, expected frame_dir, "
        "label, total_frames, keypoint",
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"split": {}}, "annotations: found NoneType, expected a list of clips"),
        ({"annotations": []}, "annotations: found list, expected a list of clips that is not"),
        ([], "annotations: found list"),
        (3, "annotations: found int"),
    ],
)
def test_files_without_annotations_are_refused(tmp_path, document, expected):
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(document))
    with pytest.raises(SkelshotError, match=expected):
        PysklReader().sources(path)


def test_a_bare_list_of_annotations_is_read(tmp_path, annotation):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps([annotation()]))
    reader = PysklReader()
    (source,) = reader.sources(tmp_path)
    assert [item.name for item in reader.read(source)] == ["clip_0"]


def test_one_of_several_pickles_must_be_named(tmp_path):
    for name in ("a.pkl", "b.pkl"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(SkelshotError, match=r"found 2 pickles \(a.pkl, b.pkl\), name one"):
        PysklReader().sources(tmp_path)


def test_unknown_joint_counts_are_refused_before_work_starts(annotation, read):
    _, reader = read([annotation(keypoint=np.ones((1, 6, 19, 2)))])
    with pytest.raises(SkelshotError, match="joints: found 19 a person"):
        _ = reader.layout


def test_files_without_any_coordinates_are_refused_before_work_starts(annotation, read):
    _, reader = read([annotation(keypoint=...)])
    with pytest.raises(SkelshotError, match="none has a keypoint array"):
        _ = reader.layout


def test_a_layout_can_be_asked_for(annotation, read):
    items, reader = read([annotation()], layout="kinect-v2")
    assert reader.options()["layout"] == "kinect-v2"
    assert "expected (persons, frames, 25, 2 or 3)" in items[0].reason


def test_class_names_come_from_a_file(tmp_path, annotation, read):
    names = tmp_path / "names.txt"
    names.write_text("drink water\nwave\n\n")
    _, reader = read([annotation()], class_names=names)
    assert reader.class_names == ("drink water", "wave")
    report = prepare(
        PysklReader(class_names=names), pickled(tmp_path, annotation), tmp_path / "store"
    )
    assert (report.clips, report.rejected) == (2, 1)
    assert "unknown label: found 2, expected 0 to 1" in report.rejected_file.read_text()


def pickled(tmp_path, annotation):
    path = tmp_path / "three.pkl"
    annotations = [annotation(f"c_{label}", label) for label in range(3)]
    path.write_bytes(pickle.dumps({"annotations": annotations}))
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "found no class name"),
        (b"a\n\nb", "line 2: found ''"),
        (b"a\nb\na", "line 3: found 'a', expected a new class name"),
        (b"\xff", "cannot be read"),
    ],
)
def test_bad_class_names_are_refused(tmp_path, content, expected):
    (tmp_path / "names.txt").write_bytes(content)
    with pytest.raises(SkelshotError, match=expected):
        read_class_names(tmp_path / "names.txt")


def test_splits_are_read(tmp_path):
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps({"split": {"xsub_train": ["a", "b"], "xsub_val": []}}))
    assert read_splits(path) == {"xsub_train": ("a", "b"), "xsub_val": ()}
    path.write_bytes(pickle.dumps({"split": [1]}))
    with pytest.raises(SkelshotError, match="split: found list, expected a dictionary"):
        read_splits(path)


def test_a_store_goes_out_and_comes_back_the_same(store, tmp_path):
    path = tmp_path / "out.pkl"
    names = [clip.name for clip in store.clips]
    splits = {"train": names[:7], "val": names[7:]}
    assert export_pyskl(store, path, splits) == 10
    assert read_splits(path) == {name: tuple(members) for name, members in splits.items()}
    classes = tmp_path / "names.txt"
    classes.write_text("\n".join(store.class_names))
    prepare(PysklReader(layout="kinect-v1", class_names=classes), path, tmp_path / "again")
    again = Store.open(tmp_path / "again")
    assert [clip.name for clip in again.clips] == names
    assert again.class_names == store.class_names
    np.testing.assert_array_equal(again.labels, store.labels)
    for index in range(len(store)):
        np.testing.assert_array_equal(again.sequence(index).joints, store.sequence(index).joints)


def test_what_goes_out_is_what_pickle_and_pyskl_expect(store, tmp_path):
    path = tmp_path / "out.pkl"
    export_pyskl(store, path, img_shape=(480, 640))
    assert b"numpy._core" not in path.read_bytes()
    document = pickle.loads(path.read_bytes())  # noqa: S301 - our own file, read as PYSKL does
    assert document["split"] == {"all": [clip.name for clip in store.clips]}
    for index, made in enumerate(document["annotations"]):
        assert list(made) == [
            "frame_dir", "label", "total_frames", "keypoint", "img_shape", "original_shape",
        ]  # fmt: skip
        assert made["keypoint"].shape == (1, made["total_frames"], 20, 3)
        assert made["keypoint"].flags.writeable
        np.testing.assert_array_equal(made["keypoint"], store.sequence(index).joints)


def test_confidences_go_out_too(annotation, tmp_path):
    prepare(PysklReader(), pickled(tmp_path, annotation), tmp_path / "store")
    export_pyskl(Store.open(tmp_path / "store"), tmp_path / "out.pkl")
    made = pickle.loads((tmp_path / "out.pkl").read_bytes())["annotations"][0]  # noqa: S301
    np.testing.assert_array_equal(made["keypoint_score"], np.float32(np.float16(0.9)))


def test_unknown_names_in_a_split_are_refused(store, tmp_path):
    with pytest.raises(SkelshotError, match="split 'val': found 'other' and 0 more names"):
        export_pyskl(store, tmp_path / "out.pkl", {"val": ["other"]})
    with pytest.raises(SkelshotError, match="cannot be written"):
        export_pyskl(store, tmp_path / "absent" / "out.pkl")


def test_a_pickle_of_another_numpy_is_the_same_to_the_reader(annotation, tmp_path, read):
    made = annotation()
    items, _ = read([made])
    content = (tmp_path / "data.pkl").read_bytes()
    old, new = b"cnumpy.core.multiarray\n", b"cnumpy._core.multiarray\n"
    other = content.replace(new, old) if new in content else content.replace(old, new)
    assert other != content, sys.version
    (tmp_path / "data.pkl").write_bytes(other)
    reader = PysklReader()
    (again,) = reader.read(reader.sources(tmp_path / "data.pkl")[0])
    np.testing.assert_array_equal(again.sequence.joints, items[0].sequence.joints)
