"""What the file of a run's encoder tells of its training, and what is refused for it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import skelshot as sk
from skelshot.commands import evaluate
from skelshot.datasets.store import Store
from skelshot.encoders import load_encoder, packaged_card, packaged_file, read_header, save_encoder
from skelshot.ground import SkelshotError
from skelshot.runs.encoder_file import EncoderFile, EncoderRun
from skelshot.runs.met_classes import MOST, NOT_KNOWN, met_classes, training_notes

HALVES = (
    "{name: halves, draws_as: few, splits: 2, base: 6, novel: 4, draws: 1, exemplars: any-clips}"
)
FAST: dict[str, Any] = {
    "preset": "smoke",
    "changes": ["strategy.epochs=1"],
}


@pytest.fixture(scope="module")
def there(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a protocol, an encoder's file of its split 0, and the same without notes."""
    folder = tmp_path_factory.mktemp("there")
    (folder / "halves.yaml").write_text(HALVES)
    rule = folder / "halves.yaml"
    run = sk.pretrain(toy_store, folder / "run", protocol=rule, splits=[0], **FAST)
    shutil.copy(run.split(0).encoder_file, folder / "of-run.safetensors")
    encoder, inputs = load_encoder(folder / "of-run.safetensors")
    save_encoder(folder / "old.safetensors", encoder, inputs=inputs)
    return folder


def of_file(file: Path) -> EncoderFile:
    return EncoderRun.of_file(file).split(0)


def test_the_file_of_a_run_tells_what_it_was_trained_on(toy_store: Store, there: Path) -> None:
    config = sk.Run(there / "run").split(0).config
    found = of_file(there / "of-run.safetensors")
    assert found.config == {"base": config["base"], "met": {toy_store.data_hash: config["base"]}}
    assert found.result["store"] == toy_store.path.name
    assert read_header(found.file).extra == training_notes(config, toy_store.path.name)


def test_it_serves_no_split_whose_novel_classes_it_was_trained_on(
    toy_store: Store, there: Path
) -> None:
    rule, file = there / "halves.yaml", there / "of-run.safetensors"
    with pytest.raises(SkelshotError, match=r"was pre-trained on clips of .*, which are to be"):
        sk.evaluate(toy_store, protocol=rule, encoder=file, shots=[1])
    found = sk.evaluate(toy_store, protocol=rule, encoder=file, shots=[1], splits=[0])
    assert found["trained_on"]["data_hash"] == toy_store.data_hash
    assert NOT_KNOWN not in evaluate.COMMAND.show(found)


@pytest.mark.parametrize("how", ["start", "learnt from"])
def test_no_run_of_such_a_split_begins_from_it(
    toy_store: Store, there: Path, tmp_path: Path, how: str
) -> None:
    file = there / "of-run.safetensors"
    asked: dict[str, Any] = {**FAST, "protocol": there / "halves.yaml", "start": file}
    if how == "learnt from":
        learns = [*FAST["changes"], f"strategy.encoders=[{file}]"]
        asked |= {"start": None, "strategy": "distill", "changes": learns}
    with pytest.raises(SkelshotError, match=r"of this store, novel ones among them \(.*\); begin"):
        sk.pretrain(toy_store, tmp_path / "run", **asked)
    assert not (tmp_path / "run").exists()
    first = sk.pretrain(toy_store, tmp_path / "run", splits=[0], **asked)
    again = {**FAST, "protocol": there / "halves.yaml", "strategy": "supervised"}
    further = sk.pretrain(toy_store, tmp_path / "further", start=first.path, splits=[0], **again)
    kept = met_classes(further.split(0).config)
    assert kept == of_file(further.split(0).encoder_file).config["met"]
    assert list(kept) == [toy_store.data_hash]


def test_a_file_that_tells_nothing_serves_with_a_remark(
    toy_store: Store, there: Path, tmp_path: Path
) -> None:
    rule, file = there / "halves.yaml", there / "old.safetensors"
    found = sk.evaluate(toy_store, protocol=rule, encoder=file, shots=[1])
    assert NOT_KNOWN in evaluate.COMMAND.show(found)
    run = sk.pretrain(toy_store, tmp_path / "run", protocol=rule, start=file, splits=[1], **FAST)
    assert run.split(1).result["remarks"] == [f"--from {file}: {NOT_KNOWN}"]
    assert "met" not in run.split(1).config["start"]


def test_a_card_beside_a_file_counts_as_that_of_packaged_weights(
    toy_store: Store, tmp_path: Path
) -> None:
    file, card = tmp_path / "mine.safetensors", packaged_card("skelshot-small")
    shutil.copy(packaged_file("skelshot-small"), file)
    seen = card.data[0].model_copy(update={"data_hash": toy_store.data_hash})
    told = card.model_copy(update={"data": (seen,)})
    file.with_suffix(".json").write_text(told.model_dump_json())
    with pytest.raises(SkelshotError, match="of this store, novel ones among them; begin"):
        sk.pretrain(toy_store, tmp_path / "run", protocol="toy", start=file, splits=[0], **FAST)


def test_names_that_are_too_many_are_left_out(
    toy_store: Store, there: Path, tmp_path: Path
) -> None:
    many = [f"{number:0100}" for number in range(MOST // 100)]
    notes = training_notes({"data_hash": toy_store.data_hash, "base": many}, "mine")
    assert sum(map(len, notes.values())) < 200
    encoder, inputs = load_encoder(there / "old.safetensors")
    file = tmp_path / "many.safetensors"
    save_encoder(file, encoder, inputs=inputs, extra=notes)
    with pytest.raises(SkelshotError, match="classes of this store that its file does not tell"):
        sk.evaluate(toy_store, protocol="toy", encoder=file, shots=[1], splits=[0])
    with pytest.raises(SkelshotError, match="of this store, novel ones among them; begin"):
        sk.pretrain(toy_store, tmp_path / "run", protocol="toy", start=file, splits=[0], **FAST)


@pytest.mark.parametrize("note", ["{", "[]", '{"f00d": "walk"}', '{"f00d": [1]}', "null"])
def test_a_damaged_note_is_one_line(there: Path, tmp_path: Path, note: str) -> None:
    encoder, inputs = load_encoder(there / "old.safetensors")
    save_encoder(tmp_path / "bad.safetensors", encoder, inputs=inputs, extra={"met": note})
    with pytest.raises(SkelshotError, match=r"notes, met: found .*, expected a JSON object of"):
        _ = of_file(tmp_path / "bad.safetensors").config


def test_classes_of_the_same_data_are_put_together() -> None:
    start = {"met": {"f00d": ["walk", "jump"], "abad": None}}
    config = {"data_hash": "f00d", "base": ["jump"], "start": start}
    assert met_classes(config) == {"f00d": ["jump", "walk"], "abad": None}
    assert json.loads(training_notes(config, "mine")["classes"]) == ["jump"]
