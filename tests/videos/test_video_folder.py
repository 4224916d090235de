import os
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.videos.video_folder import VideoFolder


@pytest.fixture
def folder(tmp_path: Path) -> VideoFolder:
    for name in (
        "rgb/S001/A001_rgb.avi",
        "rgb/S001/A002_rgb.MP4",
        "rgb/A003.mkv",
        "a/A004_rgb.avi",
        "b/A004_rgb.mp4",
        "rgb/A005_rgb.avi",
        "rgb/A005.avi",
        "rgb/A006_ir.avi",
        ".hidden/A007_rgb.avi",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return VideoFolder(tmp_path)


@pytest.mark.parametrize(
    ("clip", "video_file", "expected"),
    [
        ("A001", None, "rgb/S001/A001_rgb.avi"),
        ("A001", "rgb/S001/A001_rgb.avi", "rgb/S001/A001_rgb.avi"),
        ("A001", "elsewhere/A001_rgb.avi", "rgb/S001/A001_rgb.avi"),
        ("A002", "S001/A002_rgb.avi", "rgb/S001/A002_rgb.MP4"),  # converted since
        ("A003", None, "rgb/A003.mkv"),
        ("A004", "b/A004_rgb.mp4", "b/A004_rgb.mp4"),
        ("A005", None, "rgb/A005_rgb.avi"),
        ("part 3 of A003", "A003.avi", "rgb/A003.mkv"),
        ("A003", "/etc/passwd", "rgb/A003.mkv"),
        ("A003", "../../gone.avi", "rgb/A003.mkv"),
    ],
)
def test_found(folder: VideoFolder, clip: str, video_file: str | None, expected: str) -> None:
    assert folder.find(clip, video_file) == folder.folder / expected


def test_two_are_not_chosen_between(folder: VideoFolder) -> None:
    with pytest.raises(SkelshotError, match=r"found 2 videos of A004 .*A004_rgb\.avi, .*mp4"):
        folder.find("A004")


@pytest.mark.parametrize("clip", ["A006", "A007", "A008"])
def test_none_is_told(folder: VideoFolder, clip: str) -> None:
    with pytest.raises(SkelshotError, match=rf"no video of {clip}, expected {clip}_rgb\.avi or"):
        folder.find(clip)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="found no such folder"):
        VideoFolder(tmp_path / "absent")
    (tmp_path / "file").touch()
    with pytest.raises(SkelshotError, match="found a file"):
        VideoFolder(tmp_path / "file")


def test_sub_folders_that_cannot_be_read_are_counted(
    folder: VideoFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refusing(path: str = ".") -> object:
        if str(path).endswith("rgb"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(SkelshotError, match=r"among 2 videos; 1 sub-folders cannot be read"):
        folder.find("A003")


def test_no_video_shows_what_no_camera_took(folder: VideoFolder) -> None:
    told = r"^A001: its joints stand in the picture of an imagined camera .* take the store that"
    with pytest.raises(SkelshotError, match=told):
        folder.find("A001", "")
