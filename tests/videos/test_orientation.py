"""Frames laid as players lay them: every right-angled display matrix, in MP4 and QuickTime."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.videos.decode import read_frames
from skelshot.videos.orientation import Orientation

av = pytest.importorskip("av")

Matrix = tuple[float, float, float, float]
"""a, b, c, d."""

EIGHT: dict[str, tuple[Matrix, Callable[[np.ndarray], np.ndarray]]] = {
    "plain": ((1, 0, 0, 1), lambda p: p),
    "mirrored": ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
    "flipped": ((1, 0, 0, -1), lambda p: p[::-1]),
    "half a turn": ((-1, 0, 0, -1), lambda p: p[::-1, ::-1]),
    "a quarter clockwise": ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
    "a quarter back": ((0, -1, 1, 0), lambda p: np.rot90(p, 1)),
    "transposed": ((0, 1, 1, 0), lambda p: p.swapaxes(0, 1)),
    "transposed about the other diagonal": (
        (0, -1, -1, 0),
        lambda p: np.rot90(p.swapaxes(0, 1), 2),
    ),
}


def write(path: Path, form: str) -> np.ndarray:
    """Write five frames, no two corners of which are alike; return them as decoded."""
    rows, columns = np.mgrid[0:48, 0:64]
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(5):
            picture = np.stack([3 * columns, 4 * rows, np.full_like(rows, 40 * number)], axis=-1)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def set_matrix(path: Path, matrix: Matrix, box: bytes = b"tkhd", before: int = 40) -> None:
    """Write the matrix into a header box whose matrix stands so many bytes after its name."""
    content = bytearray(path.read_bytes())
    place = content.index(box) + 4 + before
    for column, value in zip((0, 1, 3, 4), matrix, strict=True):
        start = place + 4 * column
        content[start : start + 4] = round(value * 65536).to_bytes(4, "big", signed=True)
    path.write_bytes(content)


@pytest.mark.parametrize("form", ["mp4", "mov"])
@pytest.mark.parametrize("kind", EIGHT)
def test_frames_are_shown_as_players_show_them(kind: str, form: str, tmp_path: Path) -> None:
    matrix, literal = EIGHT[kind]
    path = tmp_path / f"film.{form}"
    decoded = write(path, form)
    set_matrix(path, matrix)
    shown = read_frames(path, [0, 3])
    for picture, number in zip(shown, (0, 3), strict=True):
        np.testing.assert_array_equal(picture, literal(decoded[number]))
    small = read_frames(path, [3], short_side=24)[0]
    assert small.shape[:2] == tuple(side // 2 for side in literal(decoded[3]).shape[:2])


def test_the_movies_own_matrix_counts_as_well(tmp_path: Path) -> None:
    decoded = write(tmp_path / "film.mp4", "mp4")
    set_matrix(tmp_path / "film.mp4", EIGHT["flipped"][0], b"mvhd", 36)
    np.testing.assert_array_equal(read_frames(tmp_path / "film.mp4", [2])[0], decoded[2][::-1])


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((0, 0, 0, 0), Orientation()),  # no matrix at all, to players
        ((2, 0, 0, -0.5), Orientation(flipped=True)),  # scaled as well
        ((-1, 0.01, -0.01, 1), Orientation(mirrored=True)),  # rounded on the way
        ((0, 1, 1, 0), Orientation(transposed=True)),
    ],
)
def test_unusual_matrices(matrix: Matrix, expected: Orientation) -> None:
    a, b, c, d = (round(value * 65536) for value in matrix)
    assert Orientation.of_matrix(np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30])) == expected


@pytest.mark.parametrize("matrix", [(0.87, 0.5, -0.5, 0.87), (1, 0.2, 0, 1), (1, 1, 0, 0)])
def test_no_right_angle_is_refused(matrix: Matrix, tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", "mp4")
    set_matrix(tmp_path / "film.mp4", matrix)
    with pytest.raises(SkelshotError, match=r"film\.mp4, frame 1: found a display matrix") as found:
        read_frames(tmp_path / "film.mp4", [1])
    assert "\n" not in str(found.value)
