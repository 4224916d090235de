"""Two separate models side by side: the sum of their vectors is a concatenation."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import RandomCodeTeacher, VideoTeacher, combine
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN
from skelshot.teachers.models.video_and_text import VideoAndTextTeacher

pytestmark = pytest.mark.teachers

TOWER = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


@pytest.fixture(scope="module")
def videomae_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VideoMAE saved with its pre-training decoder, as the published ones are."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("tiny") / "videomae"
    torch.manual_seed(0)
    config = transformers.VideoMAEConfig(
        **TOWER,
        intermediate_size=48,
        image_size=32,
        patch_size=16,
        num_frames=4,
        decoder_hidden_size=16,
        decoder_num_hidden_layers=1,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=16,
    )
    transformers.VideoMAEForPreTraining(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def vjepa_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    transformers = pytest.importorskip("transformers")
    if not hasattr(transformers, "VJEPA2Model"):
        pytest.skip("this transformers has no V-JEPA 2")
    folder = tmp_path_factory.mktemp("tiny") / "vjepa2"
    torch.manual_seed(0)
    config = transformers.VJEPA2Config(
        **TOWER,
        crop_size=32,
        frames_per_clip=4,
        mlp_ratio=2,
        pred_hidden_size=32,
        pred_num_attention_heads=2,
        pred_num_hidden_layers=1,
        pred_num_mask_tokens=2,
    )
    transformers.VJEPA2Model(config).save_pretrained(folder)
    return folder


def _literal(folder: Path, clips: torch.Tensor) -> torch.Tensor:
    """Mean over the tokens, by transformers itself."""
    import transformers

    with torch.no_grad():
        if folder.name == "vjepa2":
            jepa: Any = transformers.VJEPA2Model.from_pretrained(folder).eval()
            return jepa(clips, skip_predictor=True).last_hidden_state.mean(1)
        mae: Any = transformers.VideoMAEModel.from_pretrained(folder).eval()
        return mae(clips).last_hidden_state.mean(1)


@pytest.mark.parametrize("kind", ["videomae_folder", "vjepa_folder"])
def test_video_and_text_fill_their_own_entries(kind: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(kind)
    text = RandomCodeTeacher(seed=0, dim=8)
    teacher = VideoAndTextTeacher(folder, text=text)
    assert isinstance(teacher, VideoTeacher)
    assert not teacher.joint_space
    assert (teacher.dim, teacher.video_dim, teacher.text_dim) == (40, 32, 8)
    assert teacher.name == f"video-and-text:{folder.name}+random-code"
    assert (teacher.frames, teacher.frame_size) == (4, 32)
    assert teacher.preprocessing.mean == IMAGENET_MEAN

    clips = torch.randn(2, 4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    f_v, f_t = teacher.encode_video(clips), teacher.encode_text(["throw", "carry"])
    literal = _literal(folder, clips)
    assert torch.allclose(f_v, torch.cat([literal, torch.zeros(2, 8)], 1), atol=1e-5)
    codes = text.encode_text(["throw", "carry"])
    assert torch.equal(f_t, torch.cat([torch.zeros(2, 32), codes], 1))
    both = combine(f_v, f_t, normalise=False)
    assert torch.allclose(both, torch.cat([literal, codes], 1), atol=1e-5)


def test_fingerprint_follows_the_text_tower(videomae_folder: Path) -> None:
    found = {
        VideoAndTextTeacher(videomae_folder, text=RandomCodeTeacher(seed=seed, dim=8)).fingerprint()
        for seed in (0, 1)
    }
    assert len(found) == 2


def test_bfloat16_and_frames(vjepa_folder: Path) -> None:
    text = RandomCodeTeacher(seed=0, dim=8)
    half = VideoAndTextTeacher(vjepa_folder, text=text, precision="bfloat16")
    assert half.preprocessing.resize == 36
    clip = half.preprocess(np.zeros((4, 50, 90, 3), np.uint8))
    assert half.encode_video(clip[None]).dtype == torch.float32
    with pytest.raises(SkelshotError, match="a clip of 8 frames, the model was built for 4"):
        half.encode_video(torch.zeros(1, 8, 3, 32, 32))


def test_other_kinds_are_refused(clip_folder: Path) -> None:
    with pytest.raises(SkelshotError, match="a model of type 'clip', expected videomae or vjepa2"):
        VideoAndTextTeacher(clip_folder, text=RandomCodeTeacher(seed=0))
