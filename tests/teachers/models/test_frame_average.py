"""Image-text models over frames: the mean of unit embeddings, texts as each was trained."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from skelshot.ground import SkelshotError
from skelshot.teachers import VideoTeacher
from skelshot.teachers.models.frame_average import FrameAverageTeacher
from skelshot.teachers.models.preprocessing import CLIP_MEAN, HALF

pytestmark = pytest.mark.teachers


def _vector(output: Any) -> torch.Tensor:
    return output if isinstance(output, torch.Tensor) else output.pooler_output


@pytest.fixture
def clips() -> torch.Tensor:
    return torch.randn(2, 5, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SigLIP of 2 layers; its tokeniser would pad with 1 on the left if it were let."""
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    folder = tmp_path_factory.mktemp("tiny") / "siglip"
    words = {"<unk>": 0, "</s>": 1, "throw": 2, "sit": 3, "down": 4}
    tokeniser = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokeniser.pre_tokenizer = pre_tokenizers.Whitespace()
    tokeniser.post_processor = processors.TemplateProcessing("$A </s>", None, [("</s>", 1)])
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokeniser,
        unk_token="<unk>",
        eos_token="</s>",
        pad_token="</s>",
        padding_side="left",
    ).save_pretrained(folder)
    towers = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}
    towers |= {"num_attention_heads": 4}
    torch.manual_seed(0)
    config = transformers.SiglipConfig(
        text_config={**towers, "vocab_size": 5, "max_position_embeddings": 8},
        vision_config={**towers, "image_size": 32, "patch_size": 16},
    )
    transformers.SiglipModel(config).save_pretrained(folder)
    return folder


def test_clip_frames_are_averaged(clip_folder: Path, clips: torch.Tensor) -> None:
    from transformers import AutoTokenizer, CLIPModel

    teacher = FrameAverageTeacher(clip_folder, frames=5)
    assert isinstance(teacher, VideoTeacher)
    assert (teacher.dim, teacher.frames, teacher.preprocessing.mean) == (20, 5, CLIP_MEAN)
    model = CLIPModel.from_pretrained(clip_folder).eval()
    found = teacher.encode_video(clips)
    with torch.no_grad():
        for row in range(2):
            frames = [_vector(model.get_image_features(clips[row, t : t + 1])) for t in range(5)]
            literal = sum(normalize(frame[0], dim=0) for frame in frames) / 5
            assert torch.allclose(found[row], literal, atol=1e-6)
        tokens = AutoTokenizer.from_pretrained(clip_folder)("sit down", return_tensors="pt")
        f_t = _vector(model.get_text_features(**tokens))
    assert torch.allclose(teacher.encode_text(["sit down"]), f_t, atol=1e-6)


def test_siglip_texts_are_padded_lower_case_and_unmasked(
    siglip_folder: Path, clips: torch.Tensor
) -> None:
    from transformers import SiglipModel

    teacher = FrameAverageTeacher(siglip_folder, frames=5)
    assert (teacher.dim, teacher.preprocessing.mean) == (32, HALF)
    assert teacher.preprocessing.square
    model = SiglipModel.from_pretrained(siglip_folder).eval()
    padded = torch.tensor([[3, 4, 1, 1, 1, 1, 1, 1]])
    with torch.no_grad():
        f_t = _vector(model.get_text_features(input_ids=padded))
    found = teacher.encode_text(["Sit DOWN", "throw"])
    assert torch.allclose(found[:1], f_t, atol=1e-6)
    assert (found[0] - found[1]).abs().max() > 1e-3
    teacher.encode_text(["sit " * 7])
    with pytest.raises(SkelshotError, match=r"found 9 tokens, the teacher .* reads at most 8 "):
        teacher.encode_text(["sit " * 8])
    assert teacher.encode_video(clips).shape == (2, 32)
    assert teacher.encode_video(clips).norm(dim=-1).max() <= 1 + 1e-6


def test_frames_are_part_of_the_teacher(clip_folder: Path, clips: torch.Tensor) -> None:
    teacher = FrameAverageTeacher(clip_folder, frames=8)
    with pytest.raises(SkelshotError, match="a clip of 5 frames, the model was built for 8"):
        teacher.encode_video(clips)
    assert teacher.preprocess(np.zeros((8, 40, 60, 3), np.uint8)).shape == (8, 3, 32, 32)
    assert teacher.fingerprint() != FrameAverageTeacher(clip_folder, frames=5).fingerprint()
    with pytest.raises(SkelshotError, match="frames: found 0"):
        FrameAverageTeacher(clip_folder, frames=0)


def test_other_kinds_are_refused(clip_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(clip_folder, tmp_path / "clip"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "siglip2"}))
    with pytest.raises(
        SkelshotError, match="a model of type 'siglip2', expected clip or metaclip_2 or siglip"
    ):
        FrameAverageTeacher(folder)
