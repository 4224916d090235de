"""bfloat16 only where the processor has instructions for it."""

import pytest
import torch

from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.settings import load_settings
from skelshot.ground.precision import bfloat16_is_native, fast_autocast
from skelshot.pretraining.options import LoopOptions


def _processor(monkeypatch: pytest.MonkeyPatch, **capabilities: bool) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.parametrize("instructions", ["avx512_bf16", "amx_bf16", "bf16", "sve_bf16"])
def test_a_processor_with_such_instructions_takes_bfloat16(
    instructions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _processor(monkeypatch, avx2=True, **{instructions: True})
    assert bfloat16_is_native()
    assert LoopOptions().precision == "bf16-mixed"
    assert EvaluateOptions(precision="auto").precision == "bfloat16"
    with fast_autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16


def test_a_processor_with_avx2_alone_takes_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    _processor(monkeypatch, avx2=True, avx512_bf16=False)
    for preset in ("cpu", "smoke"):
        settings = load_settings(preset, layout="kinect-v1")
        assert settings.pretrain.loop.precision == "32-true"
        assert settings.pretrain.model_dump()["loop"]["precision"] == "32-true"
        assert settings.evaluate.precision == "float32"
    with fast_autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_a_torch_that_cannot_tell_takes_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not bfloat16_is_native()


def test_without_a_gpu_its_bfloat16_is_not_native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert not bfloat16_is_native("cuda")


def test_what_is_asked_for_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    _processor(monkeypatch, avx2=True)
    assert LoopOptions(precision="bf16-mixed").precision == "bf16-mixed"
    assert EvaluateOptions(precision="bfloat16").precision == "bfloat16"
