"""`skelshot export`: all formats, NTU's splits, and what is refused."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.commands.export import _SPLITS
from skelshot.datasets.ntu.splits import ntu_splits
from skelshot.datasets.pyskl import read_splits

Run = Callable[..., Any]
TRAIN, TEST, LATER = "S001C002P001R001A001", "S001C001P003R001A002", "S018C001P008R001A061"


@pytest.fixture
def ntu_store(run: Run, tmp_path: Path) -> Path:
    """Three clips of somebody who moves to the side."""
    folder = tmp_path / "raw"
    folder.mkdir()
    lines = ["4"]
    for frame in range(4):
        lines += ["1", "72057594037931101 0 1 1 1 1 0 0.02 -0.05 2", "25"]
        lines += [f"0.{frame}{joint:02d} 0.1 3 1 2 960 540 1 0 0 0 2" for joint in range(25)]
    for name in (TRAIN, TEST, LATER):
        (folder / f"{name}.skeleton").write_text("\n".join(lines) + "\n")
    assert run("prepare", "ntu", folder, "--out", tmp_path / "store").code == 0
    return tmp_path / "store"


def test_every_split_can_be_named() -> None:
    assert list(_SPLITS) == list(ntu_splits())


def test_the_public_file_is_written_with_names_beside_it(
    run: Run, ntu_store: Path, tmp_path: Path
) -> None:
    out = tmp_path / "NTU60_CS.npz"
    words = ("export", "ctr-gcn", ntu_store, "--out", out, "--split", "xsub60")
    answer = run(*words, "--json")
    assert answer.code == 0
    assert answer.json["clips"] == 2
    assert answer.json["splits"] == {"train": 1, "test": 1}
    assert answer.json["left_out"] == 1
    assert Path(answer.json["names_file"]).read_text() == f"{TRAIN}\n{TEST}\n"
    with np.load(out) as file:
        assert not file["x_train"][:, :, 75:].any()
        assert file["y_test"].shape == (1, 60)
    shown = run(*words, "--second-person", "copy").out
    assert "2 clips (1 train, 1 test)" in shown
    assert "1 clips of the store are no part of the split" in shown
    with np.load(out) as file:
        x = file["x_train"]
    np.testing.assert_array_equal(x[:, :, 75:], x[:, :, :75])
    assert x.any()
    assert run(*words, "--lose-names", "--json").json["names_file"] is None
    assert not Path(answer.json["names_file"]).exists()


def test_pyskl_takes_the_splits_too(run: Run, ntu_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.pkl"
    words = ("export", "pyskl", ntu_store, "--out", out)
    assert run(*words).out == f"{out}: 3 clips\n"
    assert list(read_splits(out)) == ["all"]
    answer = run(*words, "--split", "xsub120", "--json")
    assert (answer.json["clips"], answer.json["splits"]) == (3, {"xsub_train": 2, "xsub_val": 1})
    assert read_splits(out) == {"xsub_train": (TRAIN, LATER), "xsub_val": (TEST,)}


def test_the_splits_of_a_store_go_out_unless_others_are_named(
    run: Run, ntu_store: Path, tmp_path: Path
) -> None:
    first, again, out = tmp_path / "first.pkl", tmp_path / "again", tmp_path / "out.pkl"
    run("export", "pyskl", ntu_store, "--out", first, "--split", "xsub120")
    document = pickle.loads(first.read_bytes())  # noqa: S301 - our own
    document["split"]["xsub_val"].append("S001C001P001R001A003")
    document["annotations"][0]["label"] = None
    first.write_bytes(pickle.dumps(document))
    ignoring = ("--layout", "kinect-v2", "--body-check", "ignore")
    answer = run("prepare", "pyskl", first, "--out", again, "--workers", "1", *ignoring)
    assert "1 clip without a label, to be recognised only" in answer.out.splitlines()
    kept = "splits: xsub_train (2 clips), xsub_val (1 clips)"
    assert f"{kept}; 1 names left out that are no clips of the store" in answer.out.splitlines()
    verified = run("verify", again)
    assert verified.code == 0
    assert "1 clip without a label, to be recognised only" in verified.out
    answer = run("export", "pyskl", again, "--out", out)
    assert answer.out.splitlines() == [
        f"{out}: 3 clips (2 xsub_train, 1 xsub_val)",
        "1 clips have no label, which is -1 in the file",
    ]
    assert read_splits(out) == {"xsub_train": (TRAIN, LATER), "xsub_val": (TEST,)}
    answer = run("export", "pyskl", again, "--out", out, "--split", "xset120", "--json")
    assert (answer.json["splits"], answer.json["unlabelled"]) == (
        {"xset_train": 1, "xset_val": 2},
        1,
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ctr-gcn",), "--split: missing, but the format ctr-gcn needs it; name one of xsub60, "),
        (("ctr-gcn", "--split", "xsub"), "invalid choice: 'xsub'"),
        (("pyskl", "--lose-names"), "--lose-names: the format is pyskl, but only ctr-gcn has"),
        (("pyskl", "--second-person", "copy"), "--second-person: the format is pyskl"),
        (("pyskl", "--int8"), "--int8: the format is pyskl, but only onnx has this option"),
        (("onnx", "--split", "xsub60"), "--split: the format is onnx, but only pyskl, ctr-gcn"),
        (("onnx",), "found a folder"),
    ],
)
def test_what_does_not_fit_is_refused(
    run: Run, ntu_store: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    answer = run("export", words[0], ntu_store, "--out", tmp_path / "out", *words[1:])
    assert answer.code == 2
    assert message in answer.err
    assert not (tmp_path / "out").exists()


def test_stores_of_other_sensors_are_refused(run: Run, toy_store: Any, tmp_path: Path) -> None:
    words = ("export", "ctr-gcn", toy_store.path, "--out", tmp_path / "o.npz", "--split", "xsub60")
    answer = run(*words)
    assert answer.code == 2
    assert "expected 3 of 'kinect-v2'" in answer.err


def test_a_gallery_goes_out_with_its_encoder(run: Run, toy_store: Any, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    clip, gallery, out = tmp_path / "wave.npz", tmp_path / "g", tmp_path / "g.onnx"
    np.savez(clip, joints=toy_store.sequence(0).joints, layout="kinect-v1")
    small = ("--encoder", "skelshot-small")
    assert run("enroll", "wave", clip, "--gallery", gallery, *small).code == 0
    answer = run("export", "onnx", gallery, "--out", out, "--layout", "coco-17", "--json")
    assert answer.code == 0
    assert answer.json["actions"] == {"wave": 1}
    assert answer.json["bytes"] == out.stat().st_size
    assert (answer.json["layout"], answer.json["agree"]) == ("coco-17", 1)
    taken = {each.name: each.shape[2:] for each in runtime.InferenceSession(out).get_inputs()}
    assert taken == {"joints": [17, 3], "present": []}
