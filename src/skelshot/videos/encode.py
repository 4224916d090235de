"""Video files, as NTU RGB+D has them, H.264 in AVI, and in MP4."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.files import whole_file

Picture = NDArray[np.uint8]


def write_video(
    path: Path | str,
    frames: Iterable[Picture],
    fps: int = 30,
    *,
    preset: str = "superfast",
    quality: int = 22,
) -> int:
    """Write pictures as a video, whole or not at all.

    One thread encodes, so that many clips can be written side by side and the same pictures
    give the same bytes with the same version of the encoder. There are no B-frames: AVI has no
    place to say in which order they are shown.

    Args:
        path: The file, named `..._rgb.avi` in NTU's own way; its folder must exist. It is an MP4
            where its ending says so.
        frames: Pictures RGB (H, W, 3) in the order of time, of one size, H and W even.
        fps: Pictures a second.
        preset: How much work x264 spends on small files, from "ultrafast" to "veryslow".
        quality: x264's constant rate factor, 0 (lossless) to 51; lower is better.

    Returns:
        How many pictures were written.

    Raises:
        SkelshotError: PyAV is not installed, there is no picture, a size is odd, or two
            pictures differ in size.
    """
    path = Path(path)
    try:
        import av  # noqa: PLC0415 - absent without the `video` extra
    except ImportError as error:
        raise SkelshotError(
            f"{path}: videos need PyAV, which is not installed; "
            'pip install "skelshot[video]", or leave videos out'
        ) from error
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise SkelshotError(f"{path}: found no picture to write, expected at least one")
    _check(path, 0, first, first.shape)
    count = 0
    # `bitexact` leaves out the version of the libraries and anything that depends on chance.
    exact = {"fflags": "+bitexact"}
    form = "mp4" if path.suffix.lower() == ".mp4" else "avi"
    with (
        whole_file(path) as partial,
        av.open(str(partial), "w", format=form, options=exact) as container,
    ):
        stream = container.add_stream("libx264", rate=Fraction(fps))
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = {"preset": preset, "crf": str(quality), "bf": "0"}
        picture: Picture | None = first
        while picture is not None:
            _check(path, count, picture, first.shape)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = count
            container.mux(stream.encode(frame))
            count += 1
            picture = next(pictures, None)
        container.mux(stream.encode())
    return count


def _check(path: Path, place: int, picture: Picture, shape: tuple[int, ...]) -> None:
    """Refuse what the encoder would refuse less clearly."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise SkelshotError(
            f"{path}, picture {place}: found {picture.dtype} {picture.shape}, "
            "expected uint8 (height, width, 3)"
        )
    if picture.shape != shape:
        raise SkelshotError(
            f"{path}, picture {place}: found {picture.shape[1]} x {picture.shape[0]} pixels, "
            f"expected {shape[1]} x {shape[0]} as before"
        )
    if picture.shape[0] % 2 or picture.shape[1] % 2:
        raise SkelshotError(
            f"{path}: found {picture.shape[1]} x {picture.shape[0]} pixels, expected even numbers; "
            "choose another size"
        )
