"""Features made elsewhere: both kinds of file, and every way in which they do not fit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from skelshot.ground import SkelshotError
from skelshot.teachers import PrecomputedTeacher, TextTeacher, VideoTeacher, teacher_named

VIDEO = np.arange(12.0).reshape(3, 4)
TEXT = np.arange(8.0).reshape(2, 4) - 3
CLIPS, TEXTS = ["S001", "S002", "Ä 3"], ["throw", "sit down"]


@pytest.fixture(params=["npz", "safetensors"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"florence.{request.param}"
    if request.param == "npz":
        np.savez(path, video=VIDEO, clips=CLIPS, text=TEXT, texts=TEXTS)
    else:
        save_file(
            {"video": torch.tensor(VIDEO).half(), "text": torch.tensor(TEXT).bfloat16()},
            path,
            metadata={"clips": json.dumps(CLIPS), "texts": json.dumps(TEXTS)},
        )
    return path


def test_looks_up_by_name(file: Path) -> None:
    teacher = PrecomputedTeacher(file)
    assert (teacher.name, teacher.dim, teacher.clips) == ("precomputed:florence", 4, tuple(CLIPS))
    assert isinstance(teacher, TextTeacher)
    assert not isinstance(teacher, VideoTeacher)
    found = teacher.video_for(["Ä 3", "S001", "Ä 3"])
    assert torch.equal(found, torch.tensor(VIDEO[[2, 0, 2]], dtype=torch.float32))
    assert torch.equal(teacher.encode_text(["sit down"]), torch.tensor(TEXT[1:]).float())
    assert teacher.encode_text([]).shape == (0, 4)
    with pytest.raises(SkelshotError, match=r"no video features of 1 clips .'S9'., has those of 3"):
        teacher.video_for(["S001", "S9"])
    with pytest.raises(SkelshotError, match=r"no text features of 1 texts .'Throw'."):
        teacher.encode_text(["Throw"])


def test_fingerprint_follows_the_numbers(tmp_path: Path) -> None:
    found = set()
    for step in (0.0, 1e-6):
        np.savez(tmp_path / "a.npz", video=VIDEO + step, clips=CLIPS)
        found.add(PrecomputedTeacher(tmp_path / "a.npz").fingerprint())
    assert len(found) == 2


def test_by_name(file: Path) -> None:
    assert isinstance(teacher_named("precomputed", model=file), PrecomputedTeacher)
    with pytest.raises(SkelshotError, match="--teacher precomputed: needs --model, the file"):
        teacher_named("precomputed")


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing known": ({"a": VIDEO}, r"found \['a'\], expected video and clips"),
    "no names": ({"video": VIDEO}, "no clips, expected video .rows, D. and clips"),
    "no vectors": ({"clips": CLIPS}, "no video, expected"),
    "fewer names": ({"video": VIDEO, "clips": CLIPS[:2]}, "2 clips for 3 rows of video"),
    "a name twice": ({"video": VIDEO, "clips": ["S1", "S2", "S1"]}, "clips names 'S1' twice"),
    "names as numbers": ({"video": VIDEO, "clips": [1, 2, 3]}, "clips holds .*1.*, expected names"),
    "names as objects": (
        {"video": VIDEO, "clips": np.array(CLIPS, dtype=object)},
        "names as Python objects, which are pickles",
    ),
    "not finite": (
        {"video": np.where(VIDEO == 5, np.nan, VIDEO), "clips": CLIPS},
        "1 rows of video are not finite, the first is .*'S002'",
    ),
    "three axes": ({"video": VIDEO[None], "clips": ["a"]}, r"shape \(1, 3, 4\) of float64"),
    "words for numbers": ({"video": [["a"]], "clips": ["a"]}, "expected numbers"),
    "two lengths": (
        {"video": VIDEO, "clips": CLIPS, "text": TEXT[:, :3], "texts": TEXTS},
        "video has 4 dimensions and text 3",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_files_that_do_not_fit(tmp_path: Path, fault: str) -> None:
    arrays, message = FAULTS[fault]
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(SkelshotError, match=message) as caught:
        PrecomputedTeacher(tmp_path / "a.npz")
    assert str(tmp_path) in str(caught.value)


def test_damaged_and_other_files(file: Path, tmp_path: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(SkelshotError, match=r"not a whole .npz|not a whole .safetensors"):
        PrecomputedTeacher(file)
    with pytest.raises(SkelshotError, match=r"no such file, expected .npz or .safetensors"):
        PrecomputedTeacher(tmp_path / "absent.npz")
    (tmp_path / "a.pkl").write_bytes(b"")
    with pytest.raises(SkelshotError, match=r"expected a file .npz or .safetensors"):
        PrecomputedTeacher(tmp_path / "a.pkl")
    save_file({"video": torch.ones(1, 2)}, tmp_path / "b.safetensors", metadata={"clips": '"a"'})
    with pytest.raises(SkelshotError, match="clips in the header is no list"):
        PrecomputedTeacher(tmp_path / "b.safetensors")
