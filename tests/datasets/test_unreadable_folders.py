"""Sub-folders that cannot be looked into are counted, said, and refused where all is asked for."""

import os

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.ground import SkelshotError


def test_an_unreadable_folder_is_said_and_strict_refuses(tmp_path, monkeypatch, make_joints):
    """As root nothing is unreadable, so the system is asked to say so."""
    (tmp_path / "raw").mkdir()
    np.savez(tmp_path / "raw" / "good.npz", joints=make_joints(), label="wave", layout="kinect-v1")
    shut = tmp_path / "raw" / "shut"
    shut.mkdir()
    scandir = os.scandir

    def refusing(path="."):
        if path == str(shut):
            raise PermissionError(13, "Permission denied", str(shut))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    assert report.remarks.unreadable == ("shut/ (Permission denied)",)
    assert report.as_json()["unreadable"] == 1
    for out in ("store", "other"):
        with pytest.raises(SkelshotError, match=r"1 sub-folders cannot be read: shut/ .Permission"):
            prepare(NpzReader(), tmp_path / "raw", tmp_path / out, strict=True)
