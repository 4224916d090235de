"""Small videos, and the real models and clip where they are at hand."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.pose.model_files import model_file, model_table


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Twelve small pictures, 25 a second."""
    pytest.importorskip("av")
    from skelshot.videos.encode import write_video

    path = tmp_path / "wave.avi"
    grain = np.random.default_rng(0).integers(0, 256, (12, 90, 160, 3), np.uint8)
    write_video(path, list(grain), fps=25)  # which fills the file, so that a cut takes pictures
    return path


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the real model files; skips where they or LiteRT are not at hand."""
    pytest.importorskip("ai_edge_litert")
    try:
        return {model_file(name).parent for name in model_table()}.pop()
    except SkelshotError as error:
        pytest.skip(f"no pose models here: {error}")


@pytest.fixture(scope="session")
def ntu_video(real_data_dir: Path) -> Path:
    """The real NTU clip's video, whose .skeleton lies beside it."""
    pytest.importorskip("av")
    path = real_data_dir / "ntu-samples/S001C001P001R001A001_rgb.avi"
    if not path.is_file():
        pytest.skip("no real NTU clip here")
    return path
