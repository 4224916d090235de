import pickle
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.clips import Clip, Rejected
from skelshot.datasets.prepare import prepare
from skelshot.datasets.pyskl import PysklReader, export_pyskl, read_class_names, read_splits
from skelshot.datasets.reading_options import ReadingOptions
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
        ({"label": -2}, "label: found -2, expected a whole number from -1"),
        ({"label": "wave"}, "label: found 'wave'"),
        ({"label": True}, "label: found True"),
        ({"frame_dir": 7}, "frame_dir: found int"),
        ({"frame_dir": "a\nb"}, "name: found"),
        ({"total_frames": 7}, "total_frames: found 7, but keypoint has 6 frames"),
        ({"total_frames": np.zeros(2)}, "total_frames: found float64 (2,), expected a whole"),
        ({"keypoint": [[1, 2]]}, "keypoint: found shape (1, 2), expected (M, T, V, C)"),
        ({"keypoint": np.array(["a"])}, "keypoint: found <U1 (1,)"),
        ({"keypoint": np.ones((5, 17, 2))}, "total_frames: found 6, but keypoint has 5 frames"),
        ({"keypoint": np.ones((1, 6, 18, 2))}, "keypoint: found shape (1, 6, 18, 2)"),
        ({"keypoint": np.ones((1, 6, 17, 4))}, "keypoint: found shape (1, 6, 17, 4)"),
        ({"keypoint": np.ones((0, 6, 17, 2))}, "all coordinates are zero"),
        ({"keypoint": np.zeros((2, 6, 17, 2))}, "all coordinates are zero"),
        ({"keypoint": np.ones((1, 1, 17, 2)), "total_frames": 1}, "one frame: no movement"),
        (
            {"keypoint_score": np.ones((1, 5, 17))},
            "keypoint_score: found shape (1, 5, 17)",
        ),
        ({"keypoint_score": np.ones((1, 6))}, "keypoint_score: found shape (1, 1, 6)"),
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


@pytest.mark.parametrize(
    "changes",
    [
        {"label": np.int64(0)},
        {"label": 0.0},
        {"label": np.array([0])},
        {"label": [0]},
        {"total_frames": np.int32(6)},
        {"total_frames": np.array(6.0)},
        {"keypoint": "lists"},
        {"keypoint": "one person", "keypoint_score": "one person"},
        {"keypoint": ">f8"},
        {"keypoint": "F"},
        {"keypoint_score": "column"},
        {"keypoint_score": "lists"},
    ],
)
def test_values_of_other_kinds_are_the_same_clip(annotation, read, changes):
    made = annotation()
    (wanted,), _ = read([made])
    forms = {
        "lists": lambda array: array.tolist(),
        "one person": lambda array: array[0],
        ">f8": lambda array: array.astype(">f8"),
        "F": np.asfortranarray,
        "column": lambda array: array[..., np.newaxis],
    }
    for field, value in changes.items():
        made[field] = forms[value](made[field]) if isinstance(value, str) else value
    (clip,), reader = read([made])
    assert (clip.label, reader.class_names) == (0, ("class 0",))
    np.testing.assert_array_equal(clip.sequence.joints, wanted.sequence.joints)
    np.testing.assert_allclose(clip.sequence.confidence, wanted.sequence.confidence)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"keypoint": np.ones((1, 6, 17, 2), bool)}, "keypoint: found bool (1, 6, 17, 2)"),
        ({"keypoint": np.ones((1, 6, 17, 2), complex)}, "keypoint: found complex128"),
        ({"keypoint": [[[[1.0, 2.0]], [[1.0]]]]}, "keypoint: found lists of different lengths"),
        ({"keypoint": None}, "keypoint: missing, expected coordinates (persons, frames"),
        ({"keypoint": np.ones((2, 17, 6, 3))}, "'coco-17'; axis 1 looks like the joints: bring"),
        ({"label": 0.5}, "label: found 0.5, expected a whole number"),
        ({"label": [0, 1]}, "label: found a list of 2"),
        ({"label": 10**6}, "label: found 1000000"),
        ({"total_frames": 6.5}, "total_frames: found 6.5"),
        ({"keypoint_score": np.full((1, 6, 17), 87.0)}, "keypoint_score: reaches 87, expected 0"),
        ({"img_shape": (0, 320)}, "img_shape: found 0 x 320 pixels"),
        ({"img_shape": 5}, "img_shape: found 5, expected two numbers"),
        ({"img_shape": None, "original_shape": (70_000, 1)}, "picture_size: found 1 x 70000"),
    ],
)
def test_other_kinds_are_rejected_with_what_was_found(annotation, read, changes, expected):
    if "keypoint" in changes:
        changes = {"keypoint_score": ..., **changes}
    items, _ = read([annotation("good"), annotation("bad", **changes)])
    assert [type(item) for item in items] == [Clip, Rejected]
    assert expected in items[1].reason


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({"img_shape": (480, 640)}, (640, 480)),
        ({"img_shape": np.array([480, 640, 3])}, (640, 480)),
        ({"img_shape": (480, 640), "original_shape": (1080, 1920)}, (640, 480)),
        ({"img_shape": ..., "original_shape": (480, 640)}, (640, 480)),
        ({"img_shape": ...}, None),
    ],
)
def test_the_pictures_size_is_kept(annotation, read, changes, size):
    (clip,), _ = read([annotation(**changes)])
    assert clip.sequence.picture_size == size


def test_pictures_mean_nothing_to_joints_in_metres(annotation, read, make_joints):
    joints = make_joints(6, 25, 3)[np.newaxis]
    (clip,), _ = read([annotation(keypoint=joints, keypoint_score=..., img_shape="unknown")])
    assert clip.sequence.picture_size is None


def test_a_third_channel_may_be_a_score(annotation, read):
    made = annotation(keypoint_score=...)
    scores = np.full((1, 6, 17, 1), 0.5)
    made["keypoint"] = np.concatenate([made["keypoint"], scores], axis=-1)
    (clip,), reader = read([made], reading=ReadingOptions(third_channel="score"))
    assert clip.sequence.channels == 2
    assert (clip.sequence.confidence == 0.5).all()
    assert reader.options() == {"layout": None, "on_missing": "repair", "third_channel": "score"}


def test_options_are_named_only_where_they_are_not_the_default():
    assert PysklReader().options() == {"layout": None, "on_missing": "repair"}


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.binary(max_size=3)
)
ODD_ARRAYS = st.sampled_from(
    [np.zeros(0), np.array(np.nan), np.ones((1, 6, 17, 2), "S3"), np.array(1j)]
)
JUNK = st.recursive(
    SCALARS | ODD_ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=8,
)
FIELDS = ("frame_dir", "label", "total_frames", "keypoint", "keypoint_score", "img_shape")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.dictionaries(st.sampled_from(FIELDS), JUNK, min_size=1, max_size=2))
def test_whatever_a_field_holds_the_other_clips_are_read(annotation, read, changes):
    items, _ = read([annotation("good"), {**annotation("bad"), **changes}])
    assert [type(item) for item in items[:1]] == [Clip]
    assert len(items) == 2
    if isinstance(items[1], Rejected):
        assert len(items[1].reason) < 500
        assert items[1].reason.isprintable()


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


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"split": {}, "data_list": []}, r"a dictionary with the keys 'split', 'data_list'"),
        ([np.zeros((3, 4))], r"holds a list of 1, the first of them float64 \(3, 4\)"),
        (np.zeros((3, 4)), r"annotations: found ndarray.*holds float64 \(3, 4\)"),
        ({"x_train": np.zeros(3)}, "a dictionary with the keys 'x_train'"),
    ],
)
def test_other_pickles_are_named_with_what_they_hold(tmp_path, document, expected):
    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps(document))
    with pytest.raises(SkelshotError, match=expected) as caught:
        PysklReader().sources(path)
    assert str(caught.value).startswith(f"{path}, annotations: found")


def test_annotations_whose_key_points_lie_elsewhere_are_explained(tmp_path, annotation):
    path = tmp_path / "k400.pkl"
    entry = annotation(keypoint=..., keypoint_score=..., raw_file="a.pkl", box_score=np.ones(6))
    path.write_bytes(pickle.dumps({"split": {}, "annotations": [entry]}))
    reader = PysklReader()
    reader.sources(path)
    expected = r"k400\.pkl, annotations: none has a keypoint array .*box_score float64 .*raw_file"
    with pytest.raises(SkelshotError, match=expected):
        _ = reader.layout


@pytest.mark.parametrize("name", ["Data.PKL", "data.Pickle", "data.pickle"])
def test_endings_in_any_case(tmp_path, annotation, name):
    (tmp_path / name).write_bytes(pickle.dumps([annotation()]))
    (tmp_path / "notes.txt").touch()
    reader = PysklReader()
    assert [source.name for source in reader.sources(tmp_path)] == [name]
    assert reader.remarks().passed_over == ("notes.txt",)


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
    for content in ({"split": None}, {"annotations": []}, [1, 2]):
        path.write_bytes(pickle.dumps(content))
        assert read_splits(str(path)) == read_splits(path) == {}


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        (["clip_0"], "split: found list, expected a dictionary"),
        ({"train": "clip_0"}, "split 'train': found 'clip_0', expected a list of clips' names"),
        ({"train": [0, 1]}, "split 'train': found int in it, expected a list of clips' names"),
        ({7: ["clip_0"]}, "split: found a split called 7, expected printable text"),
    ],
)
def test_a_split_that_is_none_is_refused_before_anything_is_read(annotation, read, split, expected):
    with pytest.raises(SkelshotError, match=expected) as caught:
        read([annotation()], split)
    assert str(caught.value).endswith("; mend the file's split, or leave it out")


def test_splits_go_with_the_clips_and_out_again(tmp_path, annotation):
    path = tmp_path / "x.pkl"
    annotations = [annotation(f"c_{label}", label) for label in range(3)]
    annotations[1]["total_frames"] = 99
    split = {"train": ["c_0", "c_1"], "val": np.array(["c_2", "gone"]), "test": ()}
    path.write_bytes(pickle.dumps({"split": split, "annotations": annotations}))
    report = prepare(PysklReader(), path, tmp_path / "store")
    store = Store.open(tmp_path / "store")
    assert store.splits == {"train": ("c_0",), "val": ("c_2",), "test": ()}
    assert (report.rejected, report.splits_left_out) == (1, 2)
    export_pyskl(store, tmp_path / "out.pkl")
    assert read_splits(tmp_path / "out.pkl") == store.splits
    export_pyskl(store, tmp_path / "out.pkl", {"mine": ["c_2"]})
    assert read_splits(tmp_path / "out.pkl") == {"mine": ("c_2",)}


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
