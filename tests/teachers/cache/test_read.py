"""Reading caches: lookups, matching with a store, and every kind of damage."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.teachers import FeatureCache, write_features

NAMES = ("throw", "carry", "sit down")
HASH = "aa11" * 16


def test_reads_back_what_was_written(cache: FeatureCache) -> None:
    again = FeatureCache.open(cache.path)
    assert again.text.dtype == torch.float32
    assert torch.equal(again.text, torch.arange(24.0).reshape(3, 2, 4))
    assert (again.teacher, again.fingerprint, again.dim) == ("mine", "v1", 4)
    assert (again.class_names, again.data_hash) == (NAMES, HASH)


def test_text_for_follows_the_labels_asked(cache: FeatureCache) -> None:
    assert torch.equal(cache.text_for([2, 0, 2]), cache.text[[2, 0, 2]])


def test_rows_may_cover_some_classes_only(tmp_path: Path) -> None:
    partial = write_features(
        tmp_path / "base",
        text=np.array([[[2.0]], [[0.0]]]),
        teacher="mine",
        fingerprint="v1",
        data_hash=HASH,
        class_names=NAMES,
        text_labels=[2, 0],
    )
    assert partial.text_for([0, 2]).flatten().tolist() == [0.0, 2.0]
    partial.check_matches(HASH, NAMES, labels_needed=[0, 2])
    with pytest.raises(SkelshotError, match=r"lacks the text features of 1 classes .*'carry'"):
        partial.check_matches(HASH, NAMES, labels_needed=[0, 1])


@pytest.mark.parametrize("label", [3, -1])
def test_labels_beyond_the_classes_are_refused(cache: FeatureCache, label: int) -> None:
    with pytest.raises(SkelshotError, match=f"are needed \\({label}\\)"):
        cache.text_for([label])


def test_matching_store_passes(cache: FeatureCache) -> None:
    cache.check_matches(HASH, list(NAMES), labels_needed=[0, 1, 2], dim=4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"data_hash": "bb22" * 16}, "data set aa11aa11aa11, the store is bb22bb22bb22"),
        ({"class_names": NAMES[:2]}, "features of 3 classes .*, the store has 2 classes"),
        ({"class_names": ("carry", "throw", "sit down")}, "the store has 3 classes .carry, throw"),
        ({"dim": 512}, "have 4 dimensions, expected 512"),
    ],
)
def test_another_store_is_refused(
    cache: FeatureCache, changed: dict[str, Any], message: str
) -> None:
    asked: dict[str, Any] = {"data_hash": HASH, "class_names": NAMES, "labels_needed": [0]}
    with pytest.raises(SkelshotError, match=message) as caught:
        cache.check_matches(**(asked | changed))
    assert str(cache.path) in str(caught.value)


def _replace_tensors(folder: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Put other tensors in the cache, with the digest that belongs to them."""
    save_file(tensors, folder / "features.safetensors")
    _change_info(folder, sha256=sha256_of(folder / "features.safetensors"))


def _change_info(folder: Path, **fields: object) -> None:
    info = json.loads((folder / "features.json").read_text())
    (folder / "features.json").write_text(json.dumps(info | fields))


def _truncate(folder: Path) -> None:
    file = folder / "features.safetensors"
    file.write_bytes(file.read_bytes()[:-5])


def _flip_a_bit(folder: Path) -> None:
    file = folder / "features.safetensors"
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(bytes(content))


DAMAGES = {
    "truncated": (_truncate, "not a whole safetensors file"),
    "empty": (
        lambda folder: (folder / "features.safetensors").write_bytes(b""),
        "not a whole safetensors file .0 bytes",
    ),
    "pickle": (
        lambda folder: (folder / "features.safetensors").write_bytes(pickle.dumps({"text": 1})),
        "found a pickle",
    ),
    "torch file": (
        lambda folder: torch.save({"text": torch.ones(3)}, folder / "features.safetensors"),
        "found a pickle",
    ),
    "bit flip": (_flip_a_bit, "its digest is not the one in features.json"),
    "no tensors": (
        lambda folder: (folder / "features.safetensors").unlink(),
        "features.safetensors: cannot be read",
    ),
    "no info": (lambda folder: (folder / "features.json").unlink(), "not a feature cache"),
    "other tensor": (
        lambda folder: _replace_tensors(folder, {"video": torch.ones(3, 2, 4)}),
        "found tensors ..video.., expected one named 'text'",
    ),
    "other dimension": (
        lambda folder: _replace_tensors(folder, {"text": torch.ones(3, 2, 5)}),
        r"shape \(3, 2, 5\), expected \(3, prompts, 4\)",
    ),
    "fewer rows": (
        lambda folder: _replace_tensors(folder, {"text": torch.ones(2, 2, 4)}),
        r"shape \(2, 2, 4\), expected \(3, prompts, 4\)",
    ),
    "not finite": (
        lambda folder: _replace_tensors(folder, {"text": torch.full((3, 2, 4), torch.nan)}),
        "24 of 24 numbers are not finite",
    ),
    "newer format": (
        lambda folder: _change_info(folder, format_version=3),
        "found format version 3, this Skelshot reads 1 to 2",
    ),
    "field missing": (
        lambda folder: (folder / "features.json").write_text('{"format_version": 1}'),
        "features.json: features, teacher: field required; write the cache again",
    ),
    "label beyond": (lambda folder: _change_info(folder, text_labels=[0, 1, 7]), "holds 7"),
    "label twice": (lambda folder: _change_info(folder, text_labels=[0, 1, 1]), "a class twice"),
    "not JSON": (
        lambda folder: (folder / "features.json").write_text("{"),
        "features.json, line 1, column 2: not valid JSON",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_gives_one_line(cache: FeatureCache, damage: str) -> None:
    inflict, message = DAMAGES[damage]
    inflict(cache.path)
    with pytest.raises(SkelshotError, match=message) as caught:
        FeatureCache.open(cache.path)
    assert "\n" not in str(caught.value)


def test_half_written_folders_are_no_caches(cache: FeatureCache) -> None:
    partial = cache.path.rename(cache.path.with_name("features.partial"))
    with pytest.raises(SkelshotError, match="not a feature cache"):
        FeatureCache.open(partial)
    with pytest.raises(SkelshotError, match="the run that wrote it was stopped"):
        FeatureCache.open(cache.path)
