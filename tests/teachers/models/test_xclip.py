"""X-CLIP: features equal to transformers' own, prompted texts, and folders that must be refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import normalize

from skelshot.ground import SkelshotError
from skelshot.teachers.base import PromptingTeacher, TextTeacher, VideoTeacher
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from skelshot.teachers.models.xclip import XCLIPTeacher

pytestmark = pytest.mark.teachers

TEXTS = ["throw", "sit down", "a text of many letters that is read to its very end"]


@pytest.fixture(scope="module")
def teacher(xclip_folder: Path) -> XCLIPTeacher:
    return XCLIPTeacher(xclip_folder)


@pytest.fixture
def clips() -> torch.Tensor:
    return torch.randn(2, 4, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def broken(xclip_folder: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(xclip_folder, tmp_path / "xclip"))


def _vector(output: Any) -> torch.Tensor:
    """What transformers 4 (a tensor) or 5 (an object) returns."""
    return output if isinstance(output, torch.Tensor) else output.pooler_output


def test_contract(teacher: XCLIPTeacher, clip_pictures: np.ndarray) -> None:
    for protocol in (TextTeacher, VideoTeacher, PromptingTeacher):
        assert isinstance(teacher, protocol)
    assert (teacher.name, teacher.dim, teacher.frames) == ("xclip:xclip", 24, 4)
    assert (teacher.frame_size, teacher.joint_space) == (32, True)
    prepared = teacher.preprocess(clip_pictures)
    assert (prepared.shape, prepared.dtype) == ((4, 3, 32, 32), torch.float32)
    f_v, f_t = teacher.encode_video(prepared[None]), teacher.encode_text(TEXTS)
    assert (f_v.shape, f_t.shape) == ((1, 24), (3, 24))
    assert (f_v.dtype, f_t.dtype) == (torch.float32, torch.float32)
    assert not f_v.requires_grad
    assert not f_t.requires_grad
    assert teacher.encode_text([]).shape == (0, 24)


def test_features_are_those_of_transformers(
    teacher: XCLIPTeacher, xclip_folder: Path, clips: torch.Tensor
) -> None:
    import transformers
    from transformers import AutoTokenizer, XCLIPModel

    model = XCLIPModel.from_pretrained(xclip_folder).eval()
    tokeniser = AutoTokenizer.from_pretrained(xclip_folder)
    tokens = tokeniser(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        f_t = _vector(model.get_text_features(**tokens))
        joint = model(**tokens, pixel_values=clips)
        f_v = teacher.encode_video(clips)
        if transformers.__version__ >= "5":  # in 4.57 it fails on its own output
            assert torch.allclose(f_v, _vector(model.get_video_features(clips)), atol=1e-6)
    assert torch.allclose(normalize(f_v, dim=-1), joint.video_embeds, atol=1e-5)
    assert torch.allclose(teacher.encode_text(TEXTS), f_t, atol=1e-5)
    assert teacher.encode_text(TEXTS).var(0).min() > 1e-4  # texts are told apart

    both_v, both_t = teacher.video_and_prompted_text(TEXTS, clips)
    assert torch.equal(both_v, f_v)
    assert torch.allclose(normalize(both_t, dim=-1), joint.text_embeds, atol=1e-5)
    assert torch.equal(teacher.prompted_text(TEXTS, clips), both_t)
    assert (both_t[0] - both_t[1]).abs().max() > 1e-5  # prompts depend on the video


def test_prompts_from_text_features(teacher: XCLIPTeacher, clips: torch.Tensor) -> None:
    """Texts encoded once, for all clips or for each its own."""
    whole = teacher.prompted_text(TEXTS, clips)
    f_t = teacher.encode_text(TEXTS)
    assert torch.allclose(teacher.prompted_text(f_t, clips), whole, atol=1e-4)
    own = teacher.prompted_text(torch.stack([f_t[:1], f_t[2:]]), clips)
    assert torch.allclose(own[:, 0], torch.stack([whole[0, 0], whole[1, 2]]), atol=1e-4)
    with pytest.raises(SkelshotError, match=r"shape \(3, 23\), expected \(texts, 24\)"):
        teacher.prompted_text(f_t[:, 1:], clips)
    with pytest.raises(SkelshotError, match="for 3 clips, found 2 clips"):
        teacher.prompted_text(f_t.expand(3, -1, -1), clips)


def test_a_text_does_not_depend_on_its_company(teacher: XCLIPTeacher) -> None:
    assert torch.equal(teacher.encode_text(TEXTS)[1:2], teacher.encode_text(TEXTS[1:2]))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 5, 3, 32, 32), "a clip of 5 frames, the model was built for 4; sample 4"),
        ((1, 4, 3, 16, 16), r"shape \(1, 4, 3, 16, 16\), expected \(clips, 4, 3, 32, 32\)"),
        ((4, 3, 32, 32), r"shape \(4, 3, 32, 32\), expected"),
    ],
)
def test_clips_of_another_shape(
    teacher: XCLIPTeacher, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(SkelshotError, match=message):
        teacher.encode_video(torch.zeros(shape))


def test_another_number_of_frames(teacher: XCLIPTeacher, clip_pictures: np.ndarray) -> None:
    with pytest.raises(SkelshotError, match="a clip of 3 frames, the model was built for 4"):
        teacher.preprocess(clip_pictures[:3])


def test_bfloat16_is_close(xclip_folder: Path, teacher: XCLIPTeacher, clips: torch.Tensor) -> None:
    half = XCLIPTeacher(xclip_folder, precision="bfloat16")
    found, exact = half.encode_video(clips), teacher.encode_video(clips)
    assert found.dtype == torch.float32
    assert 0 < float((found - exact).norm() / exact.norm()) < 0.02
    assert torch.cosine_similarity(half.encode_text(TEXTS), teacher.encode_text(TEXTS)).min() > 0.99
    assert half.fingerprint() != teacher.fingerprint()
    both_v, both_t = half.video_and_prompted_text(TEXTS, clips)
    assert (both_v.dtype, both_t.dtype) == (torch.float32, torch.float32)


def test_weights_stored_as_float16(
    broken: Path, teacher: XCLIPTeacher, clips: torch.Tensor
) -> None:
    """A small file; the model calculates in float32 all the same."""
    weights = load_file(broken / "model.safetensors")
    halved = {name: value.half() for name, value in weights.items()}
    save_file(halved, broken / "model.safetensors", metadata={"format": "pt"})
    half = XCLIPTeacher(broken)
    assert half.dtype == torch.float32
    close = torch.cosine_similarity(half.encode_video(clips), teacher.encode_video(clips))
    assert close.min() > 0.999


def test_devices_and_precisions_that_are_not_there(xclip_folder: Path) -> None:
    with pytest.raises(SkelshotError, match="cuda:97 is not there"):
        XCLIPTeacher(xclip_folder, device="cuda:97")
    with pytest.raises(SkelshotError, match="found 'gpu', expected cpu"):
        XCLIPTeacher(xclip_folder, device="gpu")
    with pytest.raises(SkelshotError, match="precision: found 'int8'"):
        XCLIPTeacher(xclip_folder, precision="int8")  # type: ignore[arg-type]


def test_fingerprint_follows_weights_and_preprocessing(broken: Path, teacher: XCLIPTeacher) -> None:
    assert XCLIPTeacher(broken).fingerprint() == teacher.fingerprint()
    Preprocessing(32, 40, IMAGENET_MEAN, IMAGENET_STD).write(broken)
    wider = XCLIPTeacher(broken).fingerprint()
    assert wider != teacher.fingerprint()
    weights = load_file(broken / "model.safetensors")
    weights["visual_projection.weight"][0, 0] += 1
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    assert XCLIPTeacher(broken).fingerprint() not in {wider, teacher.fingerprint()}


def _config(folder: Path, part: str, **fields: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (config if part == "" else config[part]).update(fields)
    (folder / "config.json").write_text(json.dumps(config))


def _as_pickle(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def _truncate(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def _larger_padding(folder: Path) -> None:
    ids = json.loads((folder / "vocab.json").read_text())
    (folder / "vocab.json").write_text(json.dumps(ids | {"zz": len(ids)}))


FAULTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "no config.json"),
    "damaged config": (lambda folder: (folder / "config.json").write_text("{"), "not valid JSON"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "no weights, expected"),
    "pickle only": (_as_pickle, "pytorch_model.bin: a pickle, .* convert it with `python -c"),
    "truncated weights": (_truncate, "weights that XCLIPModel cannot load"),
    "weights of another shape": (
        lambda folder: _config(folder, "vision_config", intermediate_size=64),
        "weights that XCLIPModel cannot load",
    ),
    "weights of fewer layers": (
        lambda folder: _config(folder, "vision_config", num_hidden_layers=3),
        "the weights lack [0-9]+ tensors of the model, such as vision_model",
    ),
    "weights of more layers": (
        lambda folder: _config(folder, "text_config", num_hidden_layers=1),
        "the weights hold besides 16 tensors of the model, such as text_model.encoder.layers.1",
    ),
    "another model type": (
        lambda folder: _config(folder, "", model_type="clip"),
        "a model of type 'clip', expected xclip",
    ),
    "no tokeniser": (lambda folder: (folder / "merges.txt").unlink(), "no tokeniser, expected"),
    "a token above the end token": (_larger_padding, "the largest token is 57; the model reads"),
    "frames of another size": (
        lambda folder: Preprocessing(28, 32, IMAGENET_MEAN, IMAGENET_STD).write(folder),
        "gives frames of 28 x 28 pixels, the model in config.json takes 32 x 32",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_folders_that_are_refused(broken: Path, fault: str) -> None:
    inflict, message = FAULTS[fault]
    inflict(broken)
    with pytest.raises(SkelshotError, match=message) as caught:
        XCLIPTeacher(broken)
    assert str(broken) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_advice_on_pickles_works(broken: Path, teacher: XCLIPTeacher) -> None:
    import re

    _as_pickle(broken)
    with pytest.raises(SkelshotError) as caught:
        XCLIPTeacher(broken)
    found = re.search('`python -c "(.*)"`', str(caught.value))
    assert found
    exec(found[1], {})  # noqa: S102 - the command that the message prints
    clips = torch.ones(1, 4, 3, 32, 32)
    assert torch.equal(XCLIPTeacher(broken).encode_video(clips), teacher.encode_video(clips))


@pytest.mark.slow
def test_the_base_model_in_full_size(xclip_folder: Path, tmp_path: Path) -> None:
    """The shape of microsoft/xclip-base-patch16 with random weights, through our teacher."""
    from transformers import XCLIPConfig, XCLIPModel

    config = XCLIPConfig(text_config={}, vision_config={"patch_size": 16})
    model = XCLIPModel(config)
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(194.9e6, rel=1e-3)
    folder = tmp_path / "base"
    shutil.copytree(xclip_folder, folder)  # for its tokeniser
    model.save_pretrained(folder)
    teacher = XCLIPTeacher(folder)
    assert (teacher.frames, teacher.frame_size, teacher.dim) == (8, 224, 512)
    clips = torch.zeros(1, 8, 3, 224, 224)
    assert teacher.encode_video(clips).shape == (1, 512)
    assert teacher.encode_text(["wave"]).shape == (1, 512)
    assert teacher.prompted_text(["wave", "bow"], clips).shape == (1, 2, 512)
