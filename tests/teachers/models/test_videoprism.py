"""VideoPrism: features equal to transformers' own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import VideoTeacher
from skelshot.teachers.models.videoprism import VideoPrismTeacher

pytestmark = pytest.mark.teachers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    transformers = pytest.importorskip("transformers")
    if not hasattr(transformers, "VideoPrismClipModel"):
        pytest.skip("this transformers has no VideoPrism")
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("tiny") / "videoprism"
    words = {"<pad>": 0, "</s>": 1, "<unk>": 2, "throw": 3, "sit": 4, "down": 5}
    tokeniser = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokeniser.pre_tokenizer = pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokeniser, unk_token="<unk>", pad_token="<pad>"
    ).save_pretrained(folder)
    towers = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4}
    torch.manual_seed(0)
    config = transformers.VideoPrismConfig(
        text_config={
            **towers,
            "vocab_size": 6,
            "num_hidden_layers": 2,
            "max_position_embeddings": 8,
        },
        vision_config={
            **towers,
            "image_size": 36,
            "num_frames": 4,
            "num_spatial_layers": 1,
            "num_temporal_layers": 1,
            "num_auxiliary_layers": 1,
        },
    )
    model: Any = transformers.VideoPrismClipModel(config)
    model.save_pretrained(folder)
    return folder


def test_features_are_those_of_transformers(folder: Path) -> None:
    from transformers import VideoPrismClipModel

    teacher = VideoPrismTeacher(folder)
    assert isinstance(teacher, VideoTeacher)
    assert (teacher.dim, teacher.frames, teacher.frame_size) == (32, 4, 36)
    clip = teacher.preprocess(np.full((4, 40, 80, 3), 255, np.uint8))
    assert torch.equal(clip, torch.ones(4, 3, 36, 36))  # neither mean nor deviation
    clips = torch.rand(2, 4, 3, 36, 36, generator=torch.Generator().manual_seed(1))
    model = VideoPrismClipModel.from_pretrained(folder).eval()
    tokens = torch.tensor([[4, 5, 0, 0, 0, 0, 0, 0]])
    with torch.no_grad():
        f_v = model.get_video_features(pixel_values_videos=clips).pooler_output
        f_t = model.get_text_features(
            input_ids=tokens, attention_mask=(tokens > 0).long()
        ).pooler_output
    found = teacher.encode_video(clips)
    assert found.shape == (2, 32)
    assert torch.allclose(found, f_v.view(2, 32), atol=1e-5)
    assert torch.allclose(found.norm(dim=-1), torch.ones(2), atol=1e-5)
    assert torch.allclose(teacher.encode_text(["sit down", "throw"])[:1], f_t, atol=1e-5)
    teacher.encode_text(["sit " * 8])
    with pytest.raises(SkelshotError, match=r"found 9 tokens, the teacher .* reads at most 8 "):
        teacher.encode_text(["sit " * 9])


def test_other_kinds_are_refused(clip_folder: Path) -> None:
    with pytest.raises(SkelshotError, match="a model of type 'clip', expected videoprism"):
        VideoPrismTeacher(clip_folder)


def test_an_older_transformers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from skelshot.teachers.models import loading

    monkeypatch.setattr(
        loading, "import_transformers", lambda: SimpleNamespace(__version__="4.50.0")
    )
    with pytest.raises(SkelshotError, match=r"transformers 4.50.0 has no VideoPrismClipModel"):
        VideoPrismTeacher(folder)
