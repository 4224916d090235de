"""Devices by name, on machines that have them and on machines that have not."""

from pathlib import Path

import pytest
import torch

from skelshot.cli import main
from skelshot.datasets.store import Store
from skelshot.encoders import build_encoder, read_spec
from skelshot.evaluation.options import EvaluateOptions
from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.pretraining.loop import launch
from skelshot.pretraining.options import LoopOptions
from skelshot.runs.embed_options import EmbedOptions
from skelshot.runs.embedding import encode_clips
from skelshot.skeletons import InputSpec


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A machine with so many CUDA cards, and perhaps Apple's GPU."""
    cards, apple, build = request.param
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cards > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: apple)
    monkeypatch.setattr(torch.version, "cuda", build)


BARE, TWO, APPLE, NO_DRIVER = (0, False, None), (2, False, "13"), (0, True, None), (0, False, "13")


@pytest.mark.parametrize(
    ("machine", "name", "expected"),
    [
        (BARE, "auto", "cpu"),
        (BARE, "cpu", "cpu"),
        (TWO, "auto", "cuda"),
        (TWO, "cuda", "cuda"),
        (TWO, "cuda:1", "cuda:1"),
        (TWO, "cpu", "cpu"),
        (APPLE, "auto", "mps"),
        (APPLE, "mps", "mps"),
        (TWO, torch.device("cuda", 0), "cuda:0"),
    ],
    indirect=["machine"],
)
def test_devices_that_are_there(machine: None, name: str, expected: str) -> None:
    assert chosen_device(name) == torch.device(expected)


@pytest.mark.parametrize(
    ("machine", "name", "told"),
    [
        (BARE, "cuda", "cuda is not there, found cpu; this PyTorch is built without CUDA: instal"),
        (NO_DRIVER, "cuda", "cuda is not there, found cpu; use cpu, or look at the machine's dri"),
        (TWO, "cuda:2", "cuda:2 is not there, found cuda, cuda:0, cuda:1, cpu; use cuda"),
        (TWO, "mps", "mps is not there, found cuda, cuda:0, cuda:1, cpu; use cuda"),
        (APPLE, "cuda:0", "cuda:0 is not there, found mps, cpu; this PyTorch is built without C"),
    ],
    indirect=["machine"],
)
def test_devices_that_are_not_there(machine: None, name: str, told: str) -> None:
    with pytest.raises(SkelshotError) as refused:
        chosen_device(name)
    assert str(refused.value).startswith(f"--device: {told}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name",
    ["", " cpu", "CPU", "gpu", "cuda:", "cuda:-1", "cuda:1:1", "cuda:9999", "cpu:1", "meta", "x\n"],
)
def test_what_is_no_device(name: str) -> None:
    with pytest.raises(
        SkelshotError, match=r"^--device: found .*, expected cpu, cuda, cuda:1, mps"
    ):
        chosen_device(name)


@pytest.mark.parametrize("machine", [TWO], indirect=True)
def test_precision_is_that_of_the_device_that_is_asked_for(
    machine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    assert LoopOptions().precision == "bfloat16"
    assert LoopOptions(device="cpu").precision == "float32"
    assert LoopOptions(device="cuda:1", precision="float32").precision == "float32"
    asked = EmbedOptions(precision="auto")
    assert (asked.on("cuda:1").precision, asked.on("cpu").precision) == ("bfloat16", "float32")


def test_a_run_goes_on_whatever_the_device() -> None:
    assert "device" not in LoopOptions(device="cpu").model_dump()
    assert launch(LoopOptions(device="cpu")).device == torch.device("cpu")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("--device", "cuda:97"), "--device"),
        (("--set", "loop.device=cuda:97"), "settings, loop.device"),
    ],
)
def test_pretraining_refuses_before_anything_is_written(
    toy_store: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, str],
    place: str,
) -> None:
    out = tmp_path / "run"
    with pytest.raises(SystemExit, match="2"):
        main(["pretrain", str(toy_store.path), "--protocol", "toy", "--out", str(out), *words])
    told = capsys.readouterr().err
    assert told.startswith(f"skelshot: error: {place}: cuda:97 is not there, found ")
    assert told.count("\n") == 1
    assert not out.exists()


def test_clips_go_where_the_encoder_goes(toy_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of clips and encoder, each is brought to the device once a batch or once."""
    spec = {"name": "agcn", "layout": toy_store.layout, "frames": 8, "width": 0.125}
    encoder = build_encoder(read_spec(spec), seed=0)
    asked: list[object] = []
    move = torch.Tensor.to

    def spy(self: torch.Tensor, *words: object, **options: object) -> torch.Tensor:
        asked.extend(word for word in words if isinstance(word, torch.device))
        return move(self, *words, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(torch.Tensor, "to", spy)
    inputs = InputSpec(layout=toy_store.layout, frames=8)
    options = EvaluateOptions(batch=2)
    encode_clips(encoder, toy_store, inputs, range(4), options, device="cpu")
    weights = len(list(encoder.parameters())) + len(list(encoder.buffers()))
    assert asked == [torch.device("cpu")] * (weights + 2)
