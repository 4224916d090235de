"""Clips without a label: read, counted, never one of the last class."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from skelshot.datasets import UNLABELLED
from skelshot.datasets.class_counts import ClassCounts
from skelshot.datasets.ctr_gcn_export import export_ctr_gcn
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.npz_files import write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import base_clips
from skelshot.datasets.pyskl import PysklReader
from skelshot.datasets.pyskl_export import export_pyskl
from skelshot.datasets.store import Store
from skelshot.datasets.store.reader import StoreReader
from skelshot.datasets.verify import verify
from skelshot.experiments.pictures import draw_clips, first_clips
from skelshot.ground import SkelshotError
from skelshot.teachers import FeatureCache, extract_text, load_templates, teacher_named
from skelshot.teachers.extract.precomputed import extract_precomputed
from skelshot.teachers.models.precomputed import PrecomputedTeacher

LABELS = {"q_0": None, "bow_0": "bow", "bow_1": "bow", "wave_0": "wave", "q_1": None}


def write(folder: Path, labels: dict[str, str | None], moving: Callable[..., np.ndarray]) -> Path:
    """Write clips of a Kinect."""
    folder.mkdir()
    for number, (name, label) in enumerate(labels.items()):
        joints = moving(8, 25, 3, seed=number)
        write_npz_clip(folder / f"{name}.npz", joints, label=label, layout="kinect-v2")
    return folder


@pytest.fixture
def mixed(tmp_path: Path, make_joints: Callable[..., np.ndarray]) -> Path:
    """Three clips of two classes and two without label."""
    return write(tmp_path / "mixed", LABELS, make_joints)


@pytest.fixture
def partly(mixed: Path, tmp_path: Path) -> Store:
    """The store of `mixed`."""
    prepare(NpzReader(), mixed, tmp_path / "partly")
    return Store.open(tmp_path / "partly")


def labels_of(store: Store) -> dict[str, int]:
    """Labels by name."""
    return {clip.name: clip.label for clip in store.clips}


def test_unlabelled_clips_are_clips_of_no_class(partly: Store, mixed: Path) -> None:
    assert labels_of(partly) == {"bow_0": 0, "bow_1": 0, "q_0": -1, "q_1": -1, "wave_0": 1}
    assert partly.class_names == ("bow", "wave")
    assert [partly.class_of(index) for index in range(5)] == ["bow", "bow", None, None, "wave"]
    report = prepare(NpzReader(), mixed, partly.path)
    assert (report.clips, report.classes, report.unlabelled) == (5, 2, 2)
    assert report.as_json()["unlabelled"] == 2


def test_verify_counts_them(partly: Store, mixed: Path) -> None:
    for path, files in ((partly.path, 5), (mixed, 5)):
        report = verify(path)
        assert (report.ok, report.bad, report.unlabelled) == (files, (), 2)
        assert report.as_json()["unlabelled"] == 2


@pytest.mark.parametrize(
    ("table", "labels"),
    [
        ("file,label\nq_0,wave\n", {"q_0": 1, "q_1": -1}),
        ("file,label\nq_0,\nq_1,sit\n", {"q_0": -1, "q_1": 1, "wave_0": 2}),
        ("file,label\nbow_0,\n", {"bow_0": 0, "q_0": -1}),
    ],
)
def test_a_table_gives_labels_or_leaves_the_cell_empty(
    mixed: Path, tmp_path: Path, table: str, labels: dict[str, int]
) -> None:
    (mixed / "labels.csv").write_text(table)
    prepare(NpzReader(), mixed, tmp_path / "store")
    assert labels_of(Store.open(tmp_path / "store")).items() >= labels.items()


def test_a_folder_without_any_label_is_refused_in_one_line(
    tmp_path: Path, make_joints: Callable[..., np.ndarray]
) -> None:
    raw = write(tmp_path / "raw", {"q_0": None, "q_1": None}, make_joints)
    with pytest.raises(SkelshotError, match=r"none of 2 clips has a label; give .* labels\.csv$"):
        prepare(NpzReader(), raw, tmp_path / "store")
    (raw / "bad.npz").write_bytes(b"no clip")
    listing = tmp_path / "store.rejected.csv"
    with pytest.raises(SkelshotError, match=f"label and 1 more were rejected .listed in {listing}"):
        prepare(NpzReader(), raw, tmp_path / "store", strict=True)
    assert "bad.npz,not a whole .npz file" in listing.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", listing.name]
    (_, problem) = verify(raw).bad
    assert problem.problem.startswith("label: found none in 2 clips, expected one for the exem")


def test_a_store_of_a_store_keeps_them(partly: Store, tmp_path: Path) -> None:
    for layout in (None, "coco-17"):
        prepare(StoreReader(layout), partly.path, tmp_path / str(layout))
        assert labels_of(Store.open(tmp_path / str(layout))) == labels_of(partly)


def test_they_go_out_to_pyskl_and_come_back(partly: Store, tmp_path: Path) -> None:
    export_pyskl(partly, tmp_path / "out.pkl")
    written = pickle.loads((tmp_path / "out.pkl").read_bytes())["annotations"]  # noqa: S301
    assert [entry["label"] for entry in written] == [0, 0, -1, -1, 1]
    prepare(PysklReader(), tmp_path / "out.pkl", tmp_path / "again")
    again = Store.open(tmp_path / "again")
    assert labels_of(again) == labels_of(partly)
    assert again.class_names == ("class 0", "class 1")


@pytest.mark.parametrize("label", [None, -1, -1.0, np.int64(-1), np.array([-1]), [-1]])
def test_annotations_may_say_none(
    label: Any, tmp_path: Path, make_joints: Callable[..., np.ndarray]
) -> None:
    annotations = [
        {"frame_dir": name, "label": of, "total_frames": 8, "keypoint": make_joints(8, 25, 3)}
        for name, of in {"a": 0, "b": label}.items()
    ]
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"annotations": annotations}))
    report = prepare(PysklReader(), tmp_path / "x.pkl", tmp_path / "store")
    store = Store.open(report.store)
    assert (report.classes, report.unlabelled, report.rejected) == (1, 1, 0)
    assert (store.class_names, labels_of(store)) == (("class 0",), {"a": 0, "b": UNLABELLED})


def test_a_writer_takes_no_name_for_no_label(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="label: found ' ', expected the class's name, or None"):
        write_npz_clip(tmp_path / "a.npz", np.ones((4, 25, 3)), label=" ", layout="kinect-v2")


def test_they_are_queries_of_nobody_knows_which_class(toy_store: Store, tmp_path: Path) -> None:
    changed = _without_labels(toy_store, tmp_path / "changed", 7)
    protocol = protocol_named("toy")
    assert protocol.split_list(changed) == protocol.split_list(toy_store)
    assert str(ClassCounts.of(changed)) == "10 of 10 classes have clips"
    for split in protocol.split_list(changed)[:2]:
        base = base_clips(changed, split)
        assert set(changed.labels[base].tolist()) == set(split.base)
        for task in protocol.tasks(changed, split, 1):
            assert set(changed.labels[task.support.ravel()].tolist()) == set(split.novel)
            unlabelled = changed.labels[task.queries] == UNLABELLED
            assert unlabelled.sum() == (changed.labels == UNLABELLED).sum() > 0
            assert ((task.targets == UNLABELLED) == unlabelled).all()


def _without_labels(store: Store, folder: Path, every: int) -> Store:
    """Copy a store and leave out the label of every so-manieth clip."""
    export_pyskl(store, folder.with_suffix(".pkl"))
    document = pickle.loads(folder.with_suffix(".pkl").read_bytes())  # noqa: S301 - our own
    for entry in document["annotations"][::every]:
        entry["label"] = None
    folder.with_suffix(".pkl").write_bytes(pickle.dumps(document))
    prepare(PysklReader(layout=store.layout.name), folder.with_suffix(".pkl"), folder)
    return Store.open(folder)


def test_they_are_shown_to_no_teacher(partly: Store, tmp_path: Path) -> None:
    names = [clip.name for clip in partly.clips]
    texts = [text.format(name) for name in partly.class_names for text in load_templates("plain")]
    np.savez(
        tmp_path / "made.npz",
        clips=np.array(names),
        video=np.eye(5, 8, dtype=np.float32),
        texts=np.array(texts),
        text=np.eye(len(texts), 8, dtype=np.float32),
    )
    teacher = PrecomputedTeacher(tmp_path / "made.npz")
    report = extract_precomputed(partly, teacher, load_templates("plain"), tmp_path / "features")
    assert (report.clips, report.skipped) == (3, 0)
    extract_text(partly, teacher_named("random-code"), load_templates("plain"), tmp_path / "codes")
    assert len(FeatureCache.open(tmp_path / "codes").text) == 2


def test_drawn_they_are_called_unlabelled(
    partly: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [partly.clips[index].name for index in first_clips(partly)] == ["bow_0", "wave_0"]
    titles = []
    monkeypatch.setattr(
        "skelshot.experiments.pictures._draw_clip",
        lambda row, clip, name, units: titles.append(name),
    )
    draw_clips(partly, tmp_path / "out.png", indices=range(5))
    assert titles == ["bow", "bow", "unlabelled", "unlabelled", "wave"]
    assert imread(tmp_path / "out.png").size


def test_a_training_file_of_ntu_has_no_place_for_them(
    tmp_path: Path, make_joints: Callable[..., np.ndarray]
) -> None:
    names = ("S001C001P001R001A001", "S001C001P003R001A002")
    annotations = [
        {"frame_dir": name, "label": label, "total_frames": 8, "keypoint": make_joints(8, 25, 3)}
        for name, label in zip(names, (None, 1), strict=True)
    ]
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(annotations))
    prepare(PysklReader(), tmp_path / "x.pkl", tmp_path / "store")
    with pytest.raises(SkelshotError, match=r"A001': found the label -1, expected 0 to 59 .* labe"):
        export_ctr_gcn(Store.open(tmp_path / "store"), tmp_path / "out.npz", "xsub60")
    assert not (tmp_path / "out.npz").exists()
