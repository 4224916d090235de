"""Every file of a run, damaged in every way: one line and code 2, nothing lost; or made anew."""

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from skelshot.cli import main
from skelshot.datasets.store import Store
from skelshot.ground.digested_tensors import read_digested, write_digested
from skelshot.ground.tensor_files import write_tensors

Damage = Callable[[Path], object]
SMALL = ["--preset", "smoke", "--protocol", "toy", "--threads", "1"]
TRAIN = [*SMALL, "--episodes", "feat", "--set", "input.frames=8"]
TRAIN += ["--set", "supervised.epochs=2", "--set", "episodic.epochs=1"]
TRAIN += ["--set", "episodic.episode.per_epoch=2"]
CONFIG, RESULT, METRICS = "config.yaml", "result.json", "metrics.jsonl"
ENCODER, METHOD = "checkpoints/encoder.safetensors", "checkpoints/method.safetensors"
WEIGHTS, OPTIMISER = (f"checkpoints/supervised-00002.{end}" for end in ("safetensors", "optimiser"))


@pytest.fixture(scope="module")
def whole(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of two splits with kept features; the states of its stages stand too."""
    run = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("skelshot.pretraining.pretrain.clear_states", lambda folder: None)
        for split in ("0", "1"):
            main(["pretrain", str(toy_store.path), *TRAIN, "--split", split, "--out", str(run)])
    evaluate(toy_store, run)
    return run


def evaluate(store: Store, run: Path) -> None:
    words = ["evaluate", str(store.path), *SMALL, "--method", "feat", "--shots", "1"]
    main([*words, "--split", "0", "--run", str(run), "--out", str(run.parent / "found.json")])


def pretrain(store: Store, run: Path) -> None:
    main(["pretrain", str(store.path), *TRAIN, "--split", "0", "--out", str(run)])


def held(run: Path) -> dict[str, str]:
    """The digests of all regular files but locks."""
    files = [file for file in run.rglob("*") if file.is_file() and not file.name.startswith(".")]
    return {str(file.relative_to(run)): sha256(file.read_bytes()).hexdigest() for file in files}


def written(content: bytes | str) -> Damage:
    return lambda file: file.write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )


def changed(change: Callable[[bytes], bytes]) -> Damage:
    return lambda file: file.write_bytes(change(file.read_bytes()))


def flipped(share: float) -> Damage:
    """One bit turned at a place of the file."""

    def turn(content: bytes) -> bytes:
        at = int(share * (len(content) - 1))
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return changed(turn)


def replaced(make: Callable[[Path], object]) -> Damage:
    def damage(file: Path) -> None:
        file.unlink()
        make(file)

    return damage


def of_the_other_split(file: Path) -> None:
    shutil.copyfile(str(file).replace("split-00", "split-01"), file)


def entries(**new: Any) -> Damage:
    """Entries of a document set; None takes one away. Its digest goes, as in earlier versions."""

    def damage(file: Path) -> None:
        is_yaml = file.suffix == ".yaml"
        document = (yaml.safe_load if is_yaml else json.loads)(file.read_text())
        document.pop("sha256", None)
        for dotted, value in new.items():
            *path, last = dotted.split("__")
            place = document
            for part in path:
                place = place[part]
            place.pop(last, None)
            if value is not None:
                place[last] = value
        file.write_text((yaml.safe_dump if is_yaml else json.dumps)(document))

    return damage


def tensors(change: Callable[[dict[str, torch.Tensor]], object], digest: bool = True) -> Damage:
    """Tensors changed, in a file that is whole; without a digest as in earlier versions."""

    def damage(file: Path) -> None:
        found, notes, _ = read_digested(file)
        change(found)
        (write_digested if digest else write_tensors)(file, found, notes if digest else {})

    return damage


def first(found: dict[str, torch.Tensor]) -> str:
    return min(name for name, tensor in found.items() if tensor.is_floating_point())


def optimiser(change: Callable[[dict[str, Any]], object]) -> Damage:
    """A state of the optimiser changed; the weights' file tells no digest, as once."""

    def damage(file: Path) -> None:
        state = torch.load(file, weights_only=True)
        other = change(state)
        torch.save(other if isinstance(other, (list, torch.Tensor)) else state, file)
        tensors(lambda found: None, digest=False)(file.with_suffix(".safetensors"))

    return damage


ANY: dict[str, Damage] = {
    "empty": written(b""),
    "garbage": written(b"\x93\0\xff" * 99),
    "text": written("hello\n" * 40),
    "half": changed(lambda content: content[: len(content) // 2]),
    "one byte short": changed(lambda content: content[:-2]),
    "longer": changed(lambda content: content + b"\n#\0"),
    "zeros": changed(lambda content: bytes(len(content))),
    "first bit": flipped(0),
    "early bit": flipped(0.2),
    "middle bit": flipped(0.5),
    "late bit": flipped(0.9),
    "a pipe": replaced(os.mkfifo),
    "a folder": replaced(Path.mkdir),
    "a device": replaced(lambda file: file.symlink_to("/dev/zero")),
}
FAULTS = pytest.mark.faults
RARE = {"garbage", "text", "one byte short", "longer", "zeros", "first bit", "early bit"}
RARE |= {"middle bit", "a folder", "a device"}
TEXTS: dict[str, Damage] = {
    "a list": written("[1, 2]"),
    "a number": written("7"),
    "nothing": written("null"),
    "deep": written("[" * 3000),
    "a long number": written('{"split": ' + "9" * 5000 + "}"),
    "latin-1": written('{"split": "é"}'.encode("latin-1")),
    "UTF-16": written('{"split": 0}'.encode("utf-16")),
    "a key twice": written('{"split": 0, "split": 0}'),
}
CONFIGS: dict[str, Damage] = {
    "unknown key": entries(surplus=1),
    "other split": entries(split=1),
    "split as text": entries(split="0"),
    "split as truth": entries(split=True),
    "base a text": entries(base="bow"),
    "base of numbers": entries(base=[1, 2]),
    "no base": entries(base=None),
    "novel changed": entries(novel=["a", "b"]),
    "no data hash": entries(data_hash=None),
    "data hash a list": entries(data_hash=[1]),
    "protocol a list": entries(protocol=["toy"]),
    "start a text": entries(start="x"),
    "no options": entries(options=None),
    "options a list": entries(options=[1]),
    "options a text": entries(options="x"),
    "unknown option": entries(options__surplus=1),
    "seed a text": entries(options__seed="one"),
    "seed a list": entries(options__seed=[1]),
    "input a number": entries(options__input=3),
    "encoder a text": entries(options__encoder="st-gcn"),
    "encoder of other width": entries(options__encoder__widths=[3]),
    "unknown layout": entries(options__input__layout="octopus"),
    "frames below zero": entries(options__input__frames=-1),
    "other frames": entries(options__input__frames=9),
    "other seed": entries(options__seed=8),
}
RESULTS: dict[str, Damage] = {
    "no split": entries(split=None),
    "other split": entries(split=1),
    "split as text": entries(split="0"),
    "split below zero": entries(split=-1),
    "no base": entries(base=None),
    "base a text": entries(base="bow"),
    "other base": entries(base=["bow"]),
    "no seconds": entries(seconds=None),
    "seconds a list": entries(seconds=[1]),
    "seconds of text": entries(seconds={"a": "b"}),
    "seconds without end": entries(seconds={"a": float("inf")}),
    "sides a text": entries(sides="matter"),
    "sides without pairs": entries(sides={"sides": "matter", "because": ""}),
    "sides of odd pairs": entries(sides={"sides": "matter", "because": "", "pairs": [["a"]]}),
    "mirrored a list": entries(mirrored_before=[1]),
    "files a list": entries(files=[1]),
    "another digest": entries(files={ENCODER: "0" * 64}),
    "a digest no text": entries(files={ENCODER: 1}),
}
STATES: dict[str, Damage] = {
    "shape": tensors(lambda found: found.update({first(found): torch.ones(3, 2)})),
    "type": tensors(lambda found: found.update({first(found): found[first(found)].double()})),
    "missing": tensors(lambda found: found.pop(first(found))),
    "surplus": tensors(lambda found: found.update(surplus=torch.ones(1))),
    "renamed": tensors(lambda found: found.update(x=found.pop(first(found)))),
    "not finite": tensors(lambda found: found[first(found)].fill_(float("nan"))),
    "none": tensors(lambda found: found.clear()),
    "old, shape": tensors(lambda found: found.update({first(found): torch.ones(3, 2)}), False),
    "old, missing": tensors(lambda found: found.pop(first(found)), False),
    "old, none": tensors(lambda found: found.clear(), False),
    "of the other split": of_the_other_split,
    "copied to 99999": lambda file: [
        shutil.copyfile(part, part.with_name(f"supervised-99999{part.suffix}"))
        for part in (file, file.with_suffix(".optimiser"))
    ],
    "copied to another epoch": lambda file: [
        part.rename(part.with_name(f"supervised-00001{part.suffix}"))
        for part in (file, file.with_suffix(".optimiser"))
    ],
    "copied without a number": lambda file: shutil.copyfile(
        file, file.with_name("supervised-last.safetensors")
    ),
    "optimiser gone": lambda file: file.with_suffix(".optimiser").unlink(),
    "old, copied to 99999": lambda file: [
        tensors(lambda found: None, False)(file),
        *STATES["copied to 99999"](file),  # type: ignore[misc]
    ],
}


def of_first(change: Callable[[dict[str, Any]], object]) -> Damage:
    def change_first(state: dict[str, Any]) -> None:
        change(state["state"][0])

    return optimiser(change_first)


OPTIMISERS: dict[str, Damage] = {
    "empty": optimiser(lambda state: state.clear()),
    "a list": optimiser(lambda state: [1]),
    "a tensor": optimiser(lambda state: torch.ones(2)),
    "no groups": optimiser(lambda state: state.pop("param_groups")),
    "no state": optimiser(lambda state: state.pop("state")),
    "groups empty": optimiser(lambda state: state["param_groups"].clear()),
    "a group more": optimiser(lambda state: state["param_groups"].append({"params": []})),
    "a setting gone": optimiser(lambda state: state["param_groups"][0].pop("lr")),
    "a setting text": optimiser(lambda state: state["param_groups"][0].update(lr="fast")),
    "other numbers": optimiser(lambda state: state["param_groups"][0].update(params=[7])),
    "a number unknown": optimiser(lambda state: state["state"].update({9999: {}})),
    "state a list": optimiser(lambda state: state.update(state=[1])),
    "entries a text": optimiser(lambda state: state["state"].update({0: "x"})),
    "no entries": of_first(lambda values: values.clear()),
    "an entry more": of_first(lambda values: values.update(surplus=torch.ones(1))),
    "of one value": of_first(lambda values: values.update({max(values): torch.ones(1)})),
    "other shape": of_first(lambda values: values.update({min(values): torch.ones(2, 9)})),
    "a number": of_first(lambda values: values.update({min(values): 3})),
    "not finite": of_first(lambda values: values[min(values)].fill_(float("inf"))),
}
LINES: dict[str, Damage] = {
    "garbage": written(b"\x93\xff\n"),
    "a list": written("[]\n"),
    "a mapping": written("{}\n"),
    "no epoch": written('{"stage": "a"}\n'),
    "epoch a text": written('{"stage": "a", "epoch": "one"}\n'),
    "epoch a truth": written('{"stage": "a", "epoch": true}\n'),
    "epoch below one": written('{"stage": "a", "epoch": 0}\n'),
    "stage a number": written('{"stage": 1, "epoch": 1}\n'),
    "figure a text": written('{"stage": "a", "epoch": 1, "loss": "x"}\n'),
    "figure a list": written('{"stage": "a", "epoch": 1, "loss": [1]}\n'),
    "deep": written("[" * 3000 + "\n"),
    "a long number": written("9" * 5000 + "\n"),
    "latin-1": written('{"stage": "é"}\n'.encode("latin-1")),
    "a pipe": ANY["a pipe"],
    "a folder": ANY["a folder"],
    "a device": ANY["a device"],
}
WEIGHTS_OF_RUNS: dict[str, Damage] = {
    "gone": Path.unlink,
    "of the other split": of_the_other_split,
    "numbers": tensors(lambda found: found[first(found)].add_(1e-3), False),
}
FINISHED = [
    pytest.param(file, damage, id=f"{file}, {name}", marks=FAULTS if name in RARE else ())
    for file, damages in {
        CONFIG: ANY | TEXTS | CONFIGS,
        RESULT: ANY | TEXTS | RESULTS,
        ENCODER: ANY | WEIGHTS_OF_RUNS,
        METHOD: ANY | WEIGHTS_OF_RUNS,
    }.items()
    for name, damage in damages.items()
]
UNFINISHED = [
    pytest.param(file, damage, id=f"{file}, {name}", marks=FAULTS if name in RARE else ())
    for file, damages in {
        CONFIG: ANY | TEXTS | CONFIGS,
        WEIGHTS: ANY | STATES,
        OPTIMISER: ANY | OPTIMISERS,
        METRICS: LINES,
    }.items()
    for name, damage in damages.items()
]


def damaged(whole: Path, tmp_path: Path, finished: bool, file: str, damage: Damage) -> Path:
    run = tmp_path / "run"
    shutil.copytree(whole, run, ignore=shutil.ignore_patterns("events", "features", "*99999*"))
    if not finished:
        for name in (RESULT, ENCODER, METHOD):
            (run / "split-00" / name).unlink()
    damage(run / "split-00" / file)
    return run


def refused(
    door: Callable[[Store, Path], None],
    store: Store,
    run: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    before = held(run)
    with pytest.raises(SystemExit) as leaving:
        door(store, run)
    assert leaving.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert line.startswith("skelshot: error: ")
    assert held(run) == before
    return line


@pytest.mark.parametrize(("file", "damage"), FINISHED)
def test_a_finished_run(
    toy_store: Store,
    whole: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    damage: Damage,
) -> None:
    run = damaged(whole, tmp_path, True, file, damage)
    line = refused(evaluate, toy_store, run, capsys)
    assert "split-00" in line or "split 0 is not pre-trained" in line
    assert not (tmp_path / "found.json").exists()


@pytest.mark.parametrize(("file", "damage"), UNFINISHED)
def test_a_run_that_is_to_go_on(
    toy_store: Store,
    whole: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    damage: Damage,
) -> None:
    run = damaged(whole, tmp_path, False, file, damage)
    line = refused(pretrain, toy_store, run, capsys)
    assert str(run / "split-00") in line


@pytest.mark.parametrize("file", [RESULT, ENCODER, METHOD])
def test_a_finished_run_is_not_taken_for_whole(
    toy_store: Store, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    run = damaged(whole, tmp_path, True, file, flipped(0.9))
    assert str(run / "split-00" / file) in refused(pretrain, toy_store, run, capsys)


def test_a_folder_copied_from_another_split(
    toy_store: Store, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole / "split-01", run / "split-00")
    for door in (pretrain, evaluate):
        assert "split-00" in refused(door, toy_store, run, capsys)


def shuffled(found: dict[str, torch.Tensor]) -> None:
    found["features"] = found["features"].flip(0)


FEATURES: dict[str, Damage] = {
    **{name: damage for name, damage in ANY.items() if not name.startswith("a ")},
    "rows shuffled, no digest": tensors(shuffled, digest=False),
    "other name": tensors(lambda found: found.update(x=found.pop("features"))),
    "fewer rows": tensors(lambda found: found.update(features=found["features"][1:].clone())),
    "other kind": tensors(lambda found: found.update(features=found["features"].int()), False),
    "other width": tensors(
        lambda found: found.update(features=found["features"][:, 1:].clone()), False
    ),
    "no rows": tensors(lambda found: found.update(features=torch.ones(()))),
}


@pytest.mark.parametrize("name", FEATURES)
def test_kept_features_are_made_anew_and_that_is_said(
    toy_store: Store, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    (file,) = (run / "split-00" / "features").glob("*.safetensors")
    FEATURES[name](file)
    evaluate(toy_store, run)
    assert f"features made anew: {file}: " in capsys.readouterr().out
    found, expected = (
        json.loads((at / "found.json").read_text()) for at in (tmp_path, whole.parent)
    )
    assert found["accuracy"] == expected["accuracy"]
    assert held(run)[str(file.relative_to(run))] == held(whole)[str(file.relative_to(run))]
