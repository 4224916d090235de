"""From class names to a cache, and teachers by name."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import (
    FeatureCache,
    RandomCodeTeacher,
    TextTeacher,
    extract_text,
    teacher_named,
)


def test_cache_holds_every_rendering(tmp_path: Path, store: Any, length_teacher: Any) -> None:
    report = extract_text(store, length_teacher, ["{}", "now {}"], tmp_path / "features")
    cache = FeatureCache.open(tmp_path / "features")
    assert cache.text.tolist() == [
        [[5.0, 1.0], [9.0, 1.0]],
        [[5.0, 2.0], [9.0, 2.0]],
        [[8.0, 0.0], [12.0, 0.0]],
    ]
    assert cache.info.texts[2] == ("sit down", "now sit down")
    cache.check_matches(store.data_hash, store.class_names, [0, 1, 2], dim=2)
    told = asdict(report)
    assert (told["clips"], told["skipped"], told["teacher"]) == (12, 0, "length")
    assert told["clips_per_second"] == pytest.approx(12 / told["seconds"])


def test_class_texts_stand_for_the_names(tmp_path: Path, store: Any, length_teacher: Any) -> None:
    texts = ["throw a ball", "carry a box", "sit"]
    extract_text(
        store, length_teacher, ["{}"], tmp_path / "f", class_texts=texts, options={"seed": 3}
    )
    cache = FeatureCache.open(tmp_path / "f")
    assert cache.text[:, 0, 0].tolist() == [12.0, 11.0, 3.0]
    assert cache.class_names == store.class_names
    assert cache.info.options == {"templates": ["{}"], "seed": 3}
    with pytest.raises(SkelshotError, match="found 2, expected one for each of 3"):
        extract_text(store, length_teacher, ["{}"], tmp_path / "g", class_texts=texts[:2])


def test_the_same_command_twice_is_fine_and_another_teacher_is_not(
    tmp_path: Path, store: Any
) -> None:
    extract_text(store, RandomCodeTeacher(seed=0, dim=4), ["{}"], tmp_path / "f")
    extract_text(store, RandomCodeTeacher(seed=0, dim=4), ["{}"], tmp_path / "f")
    with pytest.raises(SkelshotError, match="another fingerprint"):
        extract_text(store, RandomCodeTeacher(seed=1, dim=4), ["{}"], tmp_path / "f")


def test_leaving_out_classes_changes_no_other_class(tmp_path: Path, store: Any) -> None:
    """What pre-training reads of the base classes must not depend on the novel ones."""
    fewer = type(store)(class_names=store.class_names[1:])
    teacher = RandomCodeTeacher(seed=0, dim=4)
    extract_text(store, teacher, ["{}"], tmp_path / "all")
    extract_text(fewer, teacher, ["{}"], tmp_path / "fewer")
    every, some = FeatureCache.open(tmp_path / "all"), FeatureCache.open(tmp_path / "fewer")
    assert torch.equal(every.text_for([1, 2]), some.text_for([0, 1]))


def test_a_teacher_that_breaks_its_contract(
    tmp_path: Path, store: Any, length_teacher: Any
) -> None:
    length_teacher.dim = 3
    with pytest.raises(SkelshotError, match=r"shape \(1, 2\) for 1 texts, expected \(1, 3\)"):
        extract_text(store, length_teacher, ["{}"], tmp_path / "f")


def test_named() -> None:
    teacher = teacher_named("random-code", seed=4)
    assert isinstance(teacher, TextTeacher)
    assert teacher.fingerprint() == RandomCodeTeacher(seed=4).fingerprint()
    with pytest.raises(
        SkelshotError, match="bert: unknown teacher, expected minilm, random-code, xclip"
    ):
        teacher_named("bert")
    with pytest.raises(SkelshotError, match="random-code has no model"):
        teacher_named("random-code", model="somewhere")
