"""Two classes with one vector are never written, whatever the teacher."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import RandomCodeTeacher, extract_text, write_features
from skelshot.teachers.cache.distinct import check_distinct

NAMES = ("throw", "carry", "sit down")
VECTORS = np.random.default_rng(0).normal(size=(3, 2, 8))


def with_rows(**rows: np.ndarray) -> torch.Tensor:
    changed = VECTORS.copy()
    for place, row in rows.items():
        changed[int(place[1:])] = row
    return torch.from_numpy(changed).float()


SAME = {
    "bit by bit": with_rows(_2=VECTORS[0]),
    "but for rounding": with_rows(_2=VECTORS[0] * (1 + 1e-7)),
    "in one rendering": with_rows(_2=np.stack([VECTORS[2, 0], VECTORS[0, 1]])),
    "zeros": with_rows(_0=np.zeros((2, 8)), _2=np.zeros((2, 8))),
    "in the mean of their renderings": with_rows(_2=VECTORS[0, ::-1]),
}


@pytest.mark.parametrize("kind", SAME)
def test_one_vector_for_two_classes(kind: str, tmp_path: Path) -> None:
    words = {"teacher": "mine", "fingerprint": "v1", "data_hash": "aa", "class_names": NAMES}
    with pytest.raises(SkelshotError, match="classes 'throw' and 'sit down' get one and the same"):
        write_features(tmp_path / "f", text=SAME[kind], **words)
    assert not (tmp_path / "f").exists()
    some = SAME[kind][[2, 1]]  # the other class is left out
    write_features(tmp_path / "f", text=some, text_labels=[2, 1], **words)


@pytest.mark.parametrize("kind", ["near", "longer"])
def test_vectors_that_differ_are_let_be(kind: str) -> None:
    other = VECTORS[0] + 1e-3 if kind == "near" else 1.5 * VECTORS[0]
    check_distinct(with_rows(_2=other), NAMES)


def test_the_texts_are_said(store: Any, tmp_path: Path) -> None:
    teacher = RandomCodeTeacher(0, 8)
    for texts, said in (
        (["go", "go", "sit"], "'throw' and 'carry' get one and the same vector for 'go';"),
        (["go"] * 3, r"for 'go' \(2 more such pairs\);"),
    ):
        with pytest.raises(SkelshotError, match=said):
            extract_text(store, teacher, ["{}"], tmp_path / "f", class_texts=texts)
    extract_text(store, teacher, ["{}"], tmp_path / "f")
