"""bfloat16 only where the processor has instructions for it."""

from pathlib import Path
from typing import get_args

import pytest
import torch

from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.settings import load_settings
from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName
from skelshot.ground.precision import Precision, bfloat16_is_native, fast_autocast
from skelshot.pretraining.loop import FABRIC_PRECISION, launch
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
    assert LoopOptions().precision == "bfloat16"
    assert EvaluateOptions(precision="auto").on("cpu").precision == "bfloat16"
    with fast_autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16


def test_a_processor_with_avx2_alone_takes_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    _processor(monkeypatch, avx2=True, avx512_bf16=False)
    for preset in ("cpu", "smoke"):
        settings = load_settings(preset, layout="kinect-v1")
        assert settings.pretrain.loop.precision == "float32"
        assert settings.pretrain.model_dump()["loop"]["precision"] == "float32"
        assert settings.evaluate.on("cpu").precision == "float32"
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
    assert LoopOptions(precision="bfloat16").precision == "bfloat16"
    assert EvaluateOptions(precision="bfloat16").on("cpu").precision == "bfloat16"


@pytest.mark.parametrize(("before", "today"), [("32-true", "float32"), ("bf16-mixed", "bfloat16")])
def test_names_there_were_before_are_read(before: str, today: str, tmp_path: Path) -> None:
    assert LoopOptions.model_validate({"precision": before}).precision == today
    asked = [f"loop.precision={before}"]
    with pytest.warns(OldName, match=f"--set loop.precision=.* is .*loop.precision={today} now"):
        settings = load_settings("smoke", layout="kinect-v1", assignments=asked)
    assert settings.pretrain.loop.precision == today
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"pretrain: {{loop: {{precision: {before}}}}}")
    with pytest.warns(OldName, match=f"pretrain.loop.precision: {before} is {today} now"):
        assert load_settings(str(mine), layout="kinect-v1").pretrain.loop.precision == today


@pytest.mark.parametrize("wrong", ["16-mixed", "", None, 32, ["float32"]])
def test_other_precisions_are_refused(wrong: object) -> None:
    with pytest.raises(SkelshotError, match="precision"):
        LoopOptions.model_validate({"precision": wrong})


def test_fabric_is_told_in_its_own_words() -> None:
    assert set(FABRIC_PRECISION) == set(get_args(Precision))
    assert launch(LoopOptions(precision="bfloat16"))._precision.precision == "bf16-mixed"
