"""Videos that cannot be opened: short memory is no fault of theirs."""

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.ground.memory import memory_is_short
from skelshot.videos.encode import write_video
from skelshot.videos.opening import opened

av = pytest.importorskip("av")


@pytest.mark.parametrize("when", ["opening", "reading"])
@pytest.mark.parametrize(
    "short",
    [
        av.FFmpegError(errno.ENOMEM, "Cannot allocate memory"),
        av.FFmpegError(errno.EAGAIN, "Resource temporarily unavailable"),
        BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),  # no thread more
    ],
)
def test_short_memory_is_no_damage(
    short: Exception, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "video.avi"
    write_video(video, np.zeros((2, 32, 32, 3), np.uint8), 10)

    def refuse(*words: Any, **options: Any) -> Any:
        raise short

    if when == "opening":
        monkeypatch.setattr(av, "open", refuse)
    with pytest.raises(MemoryError, match="memory is short") as told, opened(video):
        raise short
    assert memory_is_short(told.value)
