"""The mini teacher: folders that training writes, and the one that ships."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

from skelshot.datasets.ntu.names import ntu_class_names
from skelshot.ground import SkelshotError
from skelshot.mini_teacher import build
from skelshot.mini_teacher.bank import read_bank
from skelshot.mini_teacher.build import make_mini
from skelshot.mini_teacher.exporting import MOST_BYTES, export_model
from skelshot.mini_teacher.model import LARGEST, build_model, parameters_of
from skelshot.mini_teacher.recipe import ModelShape, Recipe
from skelshot.mini_teacher.training import train_mini
from skelshot.teachers import load_class_texts, teacher_named
from skelshot.teachers.base import PromptingTeacher, VideoTeacher
from skelshot.teachers.mini import shipped
from skelshot.teachers.models.frozen import check_end_token
from skelshot.teachers.models.loading import WEIGHTS, load_tokeniser

pytestmark = pytest.mark.teachers

FOLDER = Path(shipped.__file__).parent / "weights"


@pytest.fixture(scope="module")
def made(boxes: Path, tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    make_mini(out, tiny, bank_folder=boxes, ntu_each=0)
    return out


def test_a_made_folder_is_the_teacher(made: Path, boxes: Path, tiny: Recipe) -> None:
    teacher = teacher_named("mini", model=made / "model")
    assert isinstance(teacher, PromptingTeacher)
    assert (teacher.name, teacher.dim, teacher.frames) == ("mini", 32, 2)
    assert (teacher.frame_size, teacher.licence) == (16, "Apache-2.0")
    weights = load_file(made / "model" / WEIGHTS)
    assert {value.dtype for value in weights.values()} == {torch.float16}
    trained = train_mini(partial(read_bank, boxes), tiny, made / "training")
    for name, value in trained.state_dict().items():
        assert torch.equal(weights[name], value.half()), name


def test_what_training_sees_is_what_the_teacher_gives(made: Path, boxes: Path) -> None:
    """Vectors of the training functions in float32 and of the teacher agree."""
    from skelshot.mini_teacher.changing import pixels_of
    from skelshot.mini_teacher.model import prompted_vectors, text_vectors, video_vectors
    from skelshot.mini_teacher.tokenising import token_rows

    teacher, bank = teacher_named("mini", model=made / "model"), read_bank(boxes)
    frames, texts = np.array(bank.frames[:3]), ["moves a red box left", "up"]
    tokens = torch.from_numpy(token_rows(load_tokeniser(made / "model"), texts, 16))
    model = teacher._model
    with torch.no_grad():
        f_v, patches = video_vectors(model, pixels_of(frames))[:2]
        f_t = text_vectors(model, tokens)
        bent = prompted_vectors(model, f_t, patches)
    clips = torch.stack([teacher.preprocess(clip) for clip in frames])
    assert torch.allclose(teacher.encode_video(clips), f_v, atol=1e-4)
    assert torch.allclose(teacher.encode_text(texts), f_t, atol=1e-4)
    assert torch.allclose(teacher.prompted_text(texts, clips), bent, atol=1e-4)


def test_the_card_tells_recipe_data_and_numbers(made: Path, boxes: Path, tiny: Recipe) -> None:
    text = (made / "model" / "README.md").read_text(encoding="utf-8")
    front = yaml.safe_load(text.split("---")[1])
    assert front["license"] == "apache-2.0"
    report = make_mini(made, tiny, bank_folder=boxes, ntu_each=0)
    facts = (report.digest, report.bank, f"{report.parameters:,}", "| lr | 0.003 |", "| seed | 0 |")
    for fact in (*facts, "| shape.width | 32 |", "--together 48", "unseen compositions", "Not for"):
        assert fact in text, fact
    assert report.passes == {"seeing": 32, "understanding": 32, "together": 48}
    assert [one.task for one in report.retrieval] == [
        "unseen compositions, clip to caption",
        "unseen compositions, caption to clip",
    ]
    assert str(made) not in text


def test_made_again_it_is_the_same(made: Path, boxes: Path, tiny: Recipe, tmp_path: Path) -> None:
    make_mini(tmp_path, tiny, bank_folder=boxes, ntu_each=0)
    for file in (made / "model").iterdir():
        assert (tmp_path / "model" / file.name).read_bytes() == file.read_bytes(), file.name


def test_ntu_classes_are_measured_by_name_and_description(
    made: Path, boxes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The films are made up here; texts, tasks and counts are the real ones."""

    def films(each: int, frames: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        return rng.integers(0, 255, (4, frames, size, size, 3), np.uint8), np.arange(4)

    monkeypatch.setattr(build, "ntu_clips", films)
    found = build.measure_mini(shipped.load_mini(made / "model"), read_bank(boxes), 1)
    assert [(one.task, one.questions, one.answers) for one in found[2:]] == [
        ("120 classes by name", 4, 120),
        ("120 classes by name, prompted", 4, 120),
        ("120 classes by description", 4, 120),
        ("120 classes by description, prompted", 4, 120),
    ]
    assert found[2].chance5 == pytest.approx(5 / 120)


def test_another_bank_than_the_call_asks_for(boxes: Path, tiny: Recipe, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="a bank of 128 clips, the call asks for 100; leave"):
        make_mini(tmp_path, tiny, bank_folder=boxes, clips=100)


def test_models_that_are_too_large(tmp_path: Path) -> None:
    model = build_model(ModelShape(layers=7), 2000, seed=0)
    with pytest.raises(SkelshotError, match=r"parameters, expected at most 4500000"):
        export_model(model, tmp_path, tmp_path / "model")


def test_the_default_shape_keeps_the_limit() -> None:
    model = build_model(ModelShape(), 2000, seed=3)
    assert parameters_of(model) <= LARGEST
    same = build_model(ModelShape(), 2000, seed=3).state_dict()
    assert all(torch.equal(value, same[name]) for name, value in model.state_dict().items())


def test_a_package_without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shipped.resources, "files", lambda name: tmp_path)
    with pytest.raises(SkelshotError, match="came without its weights; make them with"):
        teacher_named("mini")


def test_descriptions_cover_the_classes_and_none_is_a_name() -> None:
    names = ntu_class_names()
    texts = load_class_texts("ntu-descriptions", names)
    assert len(set(texts)) == 120
    assert load_class_texts("ntu-descriptions", names[:60]) == texts[:60]
    for name, text in zip(names, texts, strict=True):
        assert 6 <= len(text.split()) <= 24, text
        assert text.startswith(("a person", "one person", "two people")), text
        assert len(name.split()) < 3 or name not in text
    with pytest.raises(SkelshotError, match="ntu-descriptions: lacks 1 of 1 classes"):
        load_class_texts("ntu-descriptions", ["no such class"])


def test_shipped_weights_keep_the_limits() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= MOST_BYTES
    weights = load_file(FOLDER / WEIGHTS)
    assert sum(value.numel() for value in weights.values()) <= LARGEST
    assert {value.dtype for value in weights.values()} == {torch.float16}
    tokeniser = load_tokeniser(FOLDER)
    check_end_token(
        tokeniser,
        json.loads((FOLDER / "config.json").read_text())["text_config"]["vocab_size"],
        FOLDER,
    )
    assert "SHA-256" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_shipped_teacher_knows_more_than_chance() -> None:
    """Ten captions against each other: words that mean much the same are nearest."""
    teacher = teacher_named("mini")
    assert isinstance(teacher, VideoTeacher)
    assert (teacher.name, teacher.frames, teacher.frame_size) == ("mini", 8, 96)
    pairs = [
        ("a person waves both hands overhead", "waving two hands above the head"),
        ("kneel on one knee", "a person goes down on one knee"),
        ("nod yes", "a person nods"),
        ("march on the spot", "someone walks in place"),
        ("touch the other person's knee", "one person reaches for the other person's leg"),
    ]
    left, right = (teacher.encode_text([pair[side] for pair in pairs]) for side in (0, 1))
    cosines = torch.nn.functional.normalize(left) @ torch.nn.functional.normalize(right).T
    assert (cosines.argmax(1) == torch.arange(5)).sum() >= 4
