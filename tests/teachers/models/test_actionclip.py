"""ActionCLIP: its checkpoints against a literal forward pass in CLIP's own layout."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from skelshot.cli import main
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.teachers import FeatureCache, VideoTeacher, load_templates
from skelshot.teachers.models.actionclip import ActionCLIPTeacher
from skelshot.teachers.models.clip_layout import to_transformers

pytestmark = pytest.mark.teachers

TEXTS = ["throw", "sit down"]
WIDTH, LAYERS, CONTEXT, DIM = 64, 2, 70, 64


def _block(prefix: str, width: int, draw: Callable[..., Tensor]) -> dict[str, Tensor]:
    """Tensors of one transformer layer by CLIP's names."""
    return {
        f"{prefix}.attn.in_proj_weight": draw(3 * width, width),
        f"{prefix}.attn.in_proj_bias": draw(3 * width),
        f"{prefix}.attn.out_proj.weight": draw(width, width),
        f"{prefix}.attn.out_proj.bias": draw(width),
        f"{prefix}.ln_1.weight": 1 + draw(width),
        f"{prefix}.ln_1.bias": draw(width),
        f"{prefix}.mlp.c_fc.weight": draw(4 * width, width),
        f"{prefix}.mlp.c_fc.bias": draw(4 * width),
        f"{prefix}.mlp.c_proj.weight": draw(width, 4 * width),
        f"{prefix}.mlp.c_proj.bias": draw(width),
        f"{prefix}.ln_2.weight": 1 + draw(width),
        f"{prefix}.ln_2.bias": draw(width),
    }


def _checkpoint(vocabulary: int) -> dict[str, Any]:
    """A random checkpoint as the published code saves it: 32-pixel frames, patches of 16."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> Tensor:
        return 0.1 * torch.randn(*shape, generator=generator)

    clip = {
        "visual.class_embedding": draw(WIDTH),
        "visual.positional_embedding": draw(5, WIDTH),
        "visual.conv1.weight": draw(WIDTH, 3, 16, 16),
        "visual.ln_pre.weight": 1 + draw(WIDTH),
        "visual.ln_pre.bias": draw(WIDTH),
        "visual.ln_post.weight": 1 + draw(WIDTH),
        "visual.ln_post.bias": draw(WIDTH),
        "visual.proj": draw(WIDTH, DIM),
        "token_embedding.weight": draw(vocabulary, WIDTH),
        "positional_embedding": draw(CONTEXT, WIDTH),
        "ln_final.weight": 1 + draw(WIDTH),
        "ln_final.bias": draw(WIDTH),
        "text_projection": draw(WIDTH, DIM),
        "logit_scale": torch.tensor(4.6),
    }
    for layer in range(LAYERS):
        clip |= _block(f"visual.transformer.resblocks.{layer}", WIDTH, draw)
        clip |= _block(f"transformer.resblocks.{layer}", WIDTH, draw)
    head = {"frame_position_embeddings.weight": draw(CONTEXT, DIM)}
    for layer in range(6):
        head |= _block(f"transformer.resblocks.{layer}", DIM, draw)
    return {
        "epoch": 49,
        "model_state_dict": clip,
        "fusion_model_state_dict": {f"module.{name}": value for name, value in head.items()},
        "optimizer_state_dict": {"state": {}, "param_groups": [{"lr": 5e-6}]},
    }


def _run_blocks(
    x: Tensor, weights: dict[str, Tensor], prefix: str, layers: int, eps: float, causal: bool
) -> Tensor:
    """CLIP's transformer, written out; x (N, L, D)."""
    width = x.shape[-1]
    for layer in range(layers):
        w = {
            name.removeprefix(f"{prefix}.{layer}."): value
            for name, value in weights.items()
            if name.startswith(f"{prefix}.{layer}.")
        }
        normed = F.layer_norm(x, (width,), w["ln_1.weight"], w["ln_1.bias"], eps)
        q, k, v = F.linear(normed, w["attn.in_proj_weight"], w["attn.in_proj_bias"]).chunk(3, -1)
        scores = q @ k.transpose(1, 2) / width**0.5  # one head of 64
        if causal:
            scores = scores + torch.full(scores.shape[1:], -torch.inf).triu(1)
        x = x + F.linear(scores.softmax(-1) @ v, w["attn.out_proj.weight"], w["attn.out_proj.bias"])
        normed = F.layer_norm(x, (width,), w["ln_2.weight"], w["ln_2.bias"], eps)
        hidden = F.linear(normed, w["mlp.c_fc.weight"], w["mlp.c_fc.bias"])
        hidden = hidden * torch.sigmoid(1.702 * hidden)
        x = x + F.linear(hidden, w["mlp.c_proj.weight"], w["mlp.c_proj.bias"])
    return x


def _literal_video(checkpoint: dict[str, Any], clips: Tensor) -> Tensor:
    """ActionCLIP's f_v in the published layout."""
    w = checkpoint["model_state_dict"]
    x = F.conv2d(clips.flatten(0, 1), w["visual.conv1.weight"], stride=16).flatten(2).mT
    x = torch.cat([w["visual.class_embedding"].expand(len(x), 1, -1), x], 1)
    x = x + w["visual.positional_embedding"]
    x = F.layer_norm(x, (WIDTH,), w["visual.ln_pre.weight"], w["visual.ln_pre.bias"])
    x = _run_blocks(x, w, "visual.transformer.resblocks", LAYERS, 1e-5, causal=False)
    x = F.layer_norm(x[:, 0], (WIDTH,), w["visual.ln_post.weight"], w["visual.ln_post.bias"])
    frames = (x @ w["visual.proj"]).view(*clips.shape[:2], DIM)
    head = {
        name.removeprefix("module."): value
        for name, value in checkpoint["fusion_model_state_dict"].items()
    }
    placed = frames + head["frame_position_embeddings.weight"][: frames.shape[1]]
    mixed = _run_blocks(placed, head, "transformer.resblocks", 6, 1e-12, causal=False)
    return (mixed + frames).mean(1)


def _literal_text(checkpoint: dict[str, Any], tokens: Tensor) -> Tensor:
    """CLIP's f_t in the published layout; tokens (n, L)."""
    w = checkpoint["model_state_dict"]
    x = w["token_embedding.weight"][tokens] + w["positional_embedding"][: tokens.shape[1]]
    x = _run_blocks(x, w, "transformer.resblocks", LAYERS, 1e-5, causal=True)
    x = F.layer_norm(x, (WIDTH,), w["ln_final.weight"], w["ln_final.bias"])
    return x[torch.arange(len(x)), tokens.argmax(-1)] @ w["text_projection"]


@pytest.fixture
def folder(tmp_path: Path, xclip_folder: Path) -> Path:
    """A folder with a checkpoint and CLIP's kind of tokeniser."""
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(xclip_folder / name, tmp_path)
    torch.save(_checkpoint(57), tmp_path / "vit-tiny-4f.pt")
    return tmp_path


def test_features_are_those_of_the_published_layout(folder: Path) -> None:
    teacher = ActionCLIPTeacher(folder, frames=4)
    assert isinstance(teacher, VideoTeacher)
    assert (teacher.name, teacher.dim, teacher.frames) == ("actionclip:vit-tiny-4f", DIM, 4)
    checkpoint = torch.load(folder / "vit-tiny-4f.pt", weights_only=True)
    clips = torch.randn(2, 4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(teacher.encode_video(clips), _literal_video(checkpoint, clips), atol=1e-4)
    from transformers import AutoTokenizer

    tokeniser = AutoTokenizer.from_pretrained(folder)
    found = teacher.encode_text(TEXTS)
    for row, text in enumerate(TEXTS):
        tokens = torch.tensor([tokeniser(text)["input_ids"]])
        assert torch.allclose(found[row], _literal_text(checkpoint, tokens)[0], atol=1e-4)
    assert (found[0] - found[1]).abs().max() > 1e-2


def test_parallel_prefix_half_precision_and_extra_numbers(folder: Path) -> None:
    """What some of CLIP's own files have besides: all give the same model."""
    plain = ActionCLIPTeacher(folder, frames=4)
    before = plain.fingerprint()
    checkpoint = torch.load(folder / "vit-tiny-4f.pt", weights_only=True)
    clip = {name: value.half() for name, value in checkpoint["model_state_dict"].items()}
    checkpoint["model_state_dict"] = {f"module.{name}": value for name, value in clip.items()}
    checkpoint["model_state_dict"]["input_resolution"] = torch.tensor(32)
    torch.save(checkpoint, folder / "vit-tiny-4f.pt")
    half = ActionCLIPTeacher(folder, frames=4)
    clips = torch.ones(1, 4, 3, 32, 32)
    assert torch.allclose(half.encode_video(clips), plain.encode_video(clips), atol=0.05)
    assert half.fingerprint() != before


def test_frames_are_cropped_as_published(folder: Path) -> None:
    teacher = ActionCLIPTeacher(folder, frames=4)
    settings = teacher.preprocessing
    assert (settings.size, settings.resize, settings.resample) == (32, 36, "bicubic")
    assert teacher.preprocess(np.zeros((4, 50, 70, 3), np.uint8)).shape == (4, 3, 32, 32)
    with pytest.raises(SkelshotError, match="a clip of 8 frames, the model was built for 4"):
        teacher.encode_video(torch.zeros(1, 8, 3, 32, 32))


def test_the_command_takes_its_own_templates(
    folder: Path, toy_store: Store, tmp_path: Path
) -> None:
    words = ["teach", str(toy_store.path), "--teacher", "actionclip", "--frames", "4"]
    words += ["--model", str(folder / "vit-tiny-4f.pt")]
    for more, renderings in (([], 16), (["--prompts", "plain"], 1)):
        out = tmp_path / f"features-{renderings}"
        main([*words, *more, "--out", str(out)])
        assert FeatureCache.open(out).text.shape == (len(toy_store.class_names), renderings, DIM)


def test_no_text_is_cut(folder: Path) -> None:
    teacher = ActionCLIPTeacher(folder, frames=4)
    teacher.encode_text(["q" * (CONTEXT - 2)])
    with pytest.raises(SkelshotError, match=f"found {CONTEXT + 1} tokens, .* at most {CONTEXT} "):
        teacher.encode_text(["q" * (CONTEXT - 1)])


def test_sixteen_templates() -> None:
    templates = load_templates("actionclip")
    assert len(set(templates)) == 16


def test_renaming_splits_the_attention_input_in_order() -> None:
    joint = torch.arange(6.0).view(6, 1)
    found = to_transformers({"transformer.resblocks.3.attn.in_proj_weight": joint}, "here")
    layer = "text_model.encoder.layers.3.self_attn"
    assert {name: value.flatten().tolist() for name, value in found.items()} == {
        f"{layer}.q_proj.weight": [0, 1],
        f"{layer}.k_proj.weight": [2, 3],
        f"{layer}.v_proj.weight": [4, 5],
    }


class _Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("this ran",))


def _change(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    file = folder / "vit-tiny-4f.pt"
    checkpoint = torch.load(file, weights_only=True)
    change(checkpoint)
    torch.save(checkpoint, file)


def _truncate(folder: Path) -> None:
    file = folder / "vit-tiny-4f.pt"
    file.write_bytes(file.read_bytes()[:1000])


FAULTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no checkpoint": (lambda f: (f / "vit-tiny-4f.pt").unlink(), "found 0 checkpoints"),
    "two checkpoints": (
        lambda f: shutil.copy(f / "vit-tiny-4f.pt", f / "b.pth"),
        "found 2 checkpoints",
    ),
    "code": (lambda f: _change(f, lambda c: c.update(epoch=_Code())), "could run code"),
    "truncated": (_truncate, "not a whole PyTorch file"),
    "no head": (
        lambda f: _change(f, lambda c: c.pop("fusion_model_state_dict")),
        "no tensors fusion_model_state_dict",
    ),
    "another head": (
        lambda f: _change(f, lambda c: c.update(fusion_model_state_dict={})),
        "has no frame_position_embeddings",
    ),
    "a head of another width": (
        lambda f: _change(
            f,
            lambda c: c["fusion_model_state_dict"].update(
                {"module.transformer.resblocks.0.ln_1.weight": torch.ones(32)}
            ),
        ),
        "fusion_model_state_dict does not fit its own sizes",
    ),
    "a ResNet": (
        lambda f: _change(
            f,
            lambda c: c["model_state_dict"].update({"visual.layer1.0.conv1.weight": torch.ones(1)}),
        ),
        "ResNets are not supported",
    ),
    "no CLIP": (
        lambda f: _change(f, lambda c: c["model_state_dict"].pop("visual.conv1.weight")),
        "no tensor vision_model.embeddings.patch_embedding.weight",
    ),
    "a tensor missing": (
        lambda f: _change(f, lambda c: c["model_state_dict"].pop("visual.ln_pre.bias")),
        "model_state_dict does not fit its own sizes",
    ),
    "no positions for so many frames": (
        lambda f: _change(
            f,
            lambda c: c["fusion_model_state_dict"].update(
                {"module.frame_position_embeddings.weight": torch.ones(3, DIM)}
            ),
        ),
        "frames 4, the temporal head has positions for 1 to 3",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_checkpoints_that_are_refused(
    folder: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inflict, message = FAULTS[fault]
    inflict(folder)
    with pytest.raises(SkelshotError, match=message) as caught:
        ActionCLIPTeacher(folder, frames=4)
    assert str(folder) in str(caught.value)
    assert "this ran" not in capsys.readouterr().out


def test_a_missing_tokeniser_says_where_to_put_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def unreachable(*_: object, **__: object) -> str:
        raise OSError("no route to the hub")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    (folder / "vocab.json").unlink()
    with pytest.raises(SkelshotError, match=r"put CLIP's vocab.json and merges.txt .* into"):
        ActionCLIPTeacher(folder, frames=4)
