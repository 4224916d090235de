"""Paths may be text: whatever takes a `Path` of a user takes the same as text."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

import skelshot as sk
from skelshot.datasets.readers import Reader
from skelshot.datasets.store import Store, partial_folder
from skelshot.encoders import build_encoder, load_encoder, read_header, read_spec, save_encoder
from skelshot.experiments.pictures import draw_clips
from skelshot.experiments.settings import load_settings
from skelshot.pretraining.pretrain import pretrain
from skelshot.runs.folder import split_folder

ROOMS = ["datasets", "encoders", "evaluation", "fewshot", "pretraining", "runs", "skeletons"]
PACKAGES = ["skelshot", *(f"skelshot.{room}" for room in [*ROOMS, "teachers"])]


def _calls() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function, constructor and method that the packages give."""
    for package in PACKAGES:
        module = import_module(package)
        for name in module.__all__:
            part = getattr(module, name)
            if inspect.isfunction(part):
                yield name, part
            elif inspect.isclass(part):
                for member in dir(part):
                    if not member.startswith("_") and inspect.isroutine(getattr(part, member)):
                        yield f"{name}.{member}", getattr(part, member)
                if not hasattr(part, "open") and part is not sk.SplitRun:  # which Run.split makes
                    yield name, part.__init__


def test_no_public_call_takes_paths_alone() -> None:
    found = set()
    for name, call in _calls():
        try:
            signature = inspect.signature(call)
        except (TypeError, ValueError):
            continue
        for parameter in signature.parameters.values():
            words = str(parameter.annotation)
            if "Path" in words and "str" not in words and "Folder" not in words:
                found.add(f"{name}({parameter.name})")
    made_by_readers, called_by_the_loop = {"Source(path)", "Source(parts)"}, {"Stage.save(folder)"}
    assert found == made_by_readers | called_by_the_loop


def test_encoders_are_written_and_read_by_text(tmp_path: Path) -> None:
    encoder = build_encoder(read_spec({"name": "agcn", "layout": "kinect-v1", "width": 0.125}), 3)
    file = str(tmp_path / "encoder.safetensors")
    save_encoder(file, encoder, inputs={"frames": 64})
    assert read_header(file) == read_header(Path(file))
    loaded, inputs = load_encoder(file)
    assert inputs == {"frames": 64}
    assert torch.equal(next(loaded.parameters()), next(encoder.parameters()))
    with pytest.raises(sk.SkelshotError, match=r"nothing\.safetensors: no such file"):
        load_encoder(str(tmp_path / "nothing.safetensors"))


@pytest.mark.parametrize("kind", sk.READERS.shipped, ids=lambda kind: kind.name)
def test_readers_list_a_folder_named_by_text(
    kind: type[Reader], toy_store: Store, tmp_path: Path
) -> None:
    raw = {"store": toy_store.path, "npz": toy_store.path.parent / "raw"}.get(kind.name, tmp_path)
    told = []
    for named in (raw, str(raw)):
        try:
            told.append([str(source) for source in kind.from_options({}).sources(named)])
        except sk.SkelshotError as error:
            told.append([str(error)])
    assert told[0] == told[1]
    assert told[0]


def test_the_rest_by_text(toy_store: Store, tmp_path: Path) -> None:
    assert partial_folder("a/store") == Path("a/store.partial")
    assert split_folder("run", 3) == Path("run/split-03")
    draw_clips(toy_store, str(tmp_path / "clips.png"), 1, [0])
    assert (tmp_path / "clips.png").stat().st_size
    protocol = sk.protocol_named("toy")
    settings = load_settings("smoke", layout=toy_store.layout, assignments=["strategy=none"])
    splits = protocol.split_list(toy_store)[:1]
    report = pretrain(toy_store, protocol, splits, settings.pretrain, str(tmp_path / "run"))
    assert sk.Run.open(str(report.run)).split(0).encoder().spec.name == report.encoder
