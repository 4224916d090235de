"""Pre-training as a whole: killed runs, refused runs, and what novel clips may not do."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from skelshot.cli import main
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import ClassSplitProtocol, protocol_named
from skelshot.datasets.store import Store
from skelshot.experiments.settings import load_settings
from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.pretrain import pretrain
from skelshot.runs.folder import split_folder
from skelshot.teachers import FeatureCache

PROTOCOL = protocol_named("toy")


def options(*assignments: str) -> PretrainOptions:
    small = (
        "strategies.supervised.epochs=2",
        "strategies.transfer.epochs=2",
        "input.frames=8",
        *assignments,
    )
    return load_settings("smoke", layout="kinect-v1", assignments=small).pretrain


def weights(run: Path, split: int = 0) -> dict[str, torch.Tensor]:
    return load_file(split_folder(run, split) / "checkpoints" / "encoder.safetensors")


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def train(
    store: Store, out: Path, chosen: PretrainOptions, teacher: FeatureCache | None = None
) -> list[dict[str, object]]:
    splits = PROTOCOL.split_list(store)[:1]
    return pretrain(store, PROTOCOL, splits, chosen, out, teacher).splits


@pytest.mark.parametrize("strategy", ["supervised", "transfer"])
def test_both_stages_run_and_leave_a_whole_folder(
    toy_store: Store, toy_features: FeatureCache, tmp_path: Path, strategy: str
) -> None:
    chosen = options(f"strategy={strategy}", "episodes=cosine")
    (result,) = train(toy_store, tmp_path, chosen, toy_features)
    assert set(result["seconds"]) == {strategy, "episodic"}  # type: ignore[call-overload]
    folder = split_folder(tmp_path, 0)
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [(line["stage"], line["epoch"]) for line in lines] == [
        (strategy, 1),
        (strategy, 2),
        ("episodic", 1),
    ]
    assert all(torch.isfinite(torch.tensor(line["loss"])) for line in lines)
    assert [file.name for file in (folder / "checkpoints").iterdir()] == ["encoder.safetensors"]
    assert {file.name for file in (folder / "events").iterdir()} == {strategy, "episodic"}


def test_training_changes_the_encoder_and_the_seed_decides(
    toy_store: Store, tmp_path: Path
) -> None:
    runs = {
        "untrained": options("strategy=none"),
        "first": options(),
        "again": options(),
        "other": options("seed=1"),
    }
    found = {}
    for name, chosen in runs.items():
        train(toy_store, tmp_path / name, chosen)
        found[name] = weights(tmp_path / name)
    assert same(found["first"], found["again"])
    assert not same(found["first"], found["untrained"])
    assert not same(found["first"], found["other"])


LATE = [
    ({"encoder": {"name": "st-gcn", "width": 0.5}}, "encoder.partition", "hops", "released"),
    (
        {"episodes": "tcn-oneshot", "episodic": {"method_options": {"width": 8}}},
        "episodic.method_options.distances",
        "camera",
        "body",
    ),
]


@pytest.mark.parametrize(("written", "key", "before", "now"), LATE, ids=["st-gcn", "tcn-oneshot"])
def test_what_an_older_run_does_not_say_means_what_it_meant_then(
    written: dict[str, Any], key: str, before: str, now: str
) -> None:
    def dumped(found: PretrainOptions) -> Any:
        place: Any = found.model_dump(mode="json")
        for part in key.split("."):
            place = place[part]
        return place

    document = {"input": {"layout": "kinect-v1"}, **written}
    assert dumped(PretrainOptions.read(document)) == before
    today = PretrainOptions.model_validate(document)
    assert dumped(today) == now  # and is said, so that it is not taken for an older one
    assert dumped(PretrainOptions.read(today.model_dump(mode="json"))) == now


def test_an_older_run_with_another_graph_does_not_go_on(toy_store: Store, tmp_path: Path) -> None:
    changes = ("encoder.name=st-gcn", "encoder.partition=hops")
    train(toy_store, tmp_path, options(*changes))
    file = split_folder(tmp_path, 0) / "config.yaml"
    file.write_text(file.read_text().replace("    partition: hops\n", ""))
    (split_folder(tmp_path, 0) / "result.json").unlink()
    with pytest.raises(SkelshotError, match=r"another options\.encoder\.partition \(found 'hops'"):
        train(toy_store, tmp_path, options(changes[0]))
    train(toy_store, tmp_path, options(*changes))


def test_workers_and_accumulation_are_told_apart(toy_store: Store, tmp_path: Path) -> None:
    train(toy_store, tmp_path / "plain", options())
    train(toy_store, tmp_path / "workers", options("loop.workers=2"))
    train(toy_store, tmp_path / "accumulated", options("loop.accumulate=2"))
    assert same(weights(tmp_path / "plain"), weights(tmp_path / "workers"))
    assert not same(weights(tmp_path / "plain"), weights(tmp_path / "accumulated"))


def test_a_group_that_an_epoch_ends_is_averaged_over_its_own_batches(
    toy_store: Store, tmp_path: Path
) -> None:
    """An epoch of three batches is one step, whether three or more are to be added up."""
    for group in (3, 300):
        changes = ("strategies.supervised.batch=16", f"loop.accumulate={group}")
        train(toy_store, tmp_path / str(group), options(*changes))
    assert same(weights(tmp_path / "3"), weights(tmp_path / "300"))


OLD = {
    "seed": 0, "strategy": "transfer", "episodes": "none",
    "input": {"layout": "kinect-v1", "view": "centre"},
    "supervised": {"epochs": 7, "backwards_classes": True},
    "transfer": {
        "epochs": 3, "optimiser": {"name": "adam", "lr": 0.5}, "backwards_classes": "auto",
        "labels": {"weight": 0.25, "head": "cosine"},
    },
    "episodic": {"classifier": {"scale": 2.0}, "backwards_classes": True},
}  # fmt: skip
"""The options of a run, as they were written when each strategy had a section."""


def test_options_of_earlier_runs_are_read() -> None:
    found = PretrainOptions.read(OLD)
    strategy: Any = found.strategy
    assert (found.strategy_name, strategy.epochs, strategy.optimizer.lr) == ("transfer", 3, 0.5)
    assert (strategy.ce_weight, strategy.ce_head.head) == (0.25, "cosine")
    assert found.episodic.method_options == {"scale": 2.0}
    assert found.episodic.time_reversed
    assert found.input.align == "root"
    assert PretrainOptions.read(found.model_dump(mode="json")) == found
    assert PretrainOptions.read(OLD | {"strategy": "none"}).strategy is None


def test_the_names_that_options_had_are_read_with_a_warning() -> None:
    before = {
        "transfer.labels.weight=1": "strategies.transfer.ce_weight",
        "transfer.optimiser.lr=1": "strategies.transfer.optimizer.lr",
        "episodic.backwards_classes=true": "episodic.time_reversed",
        "input.view=none": "input.align",
    }
    for assignment, today in before.items():
        with pytest.warns(OldName, match=f"is --set {today} now"):
            old = options("strategy=transfer", assignment)
        value = assignment.partition("=")[2]
        assert old == options("strategy=transfer", f"{today}={value}")
    with pytest.warns(OldName, match="--set input.align=root now"):
        assert options("input.view=centre") == options("input.align=root")
    with pytest.warns(OldName, match="'optimiser' is called 'optimizer' now"):
        PretrainOptions.model_validate(
            {"input": {"layout": "kinect-v1"}, "strategy": {"name": "byol", "optimiser": {"lr": 1}}}
        )


@pytest.mark.parametrize(
    ("strategy", "problem"),
    [
        ("byoll", "strategy: found 'byoll', expected one of .*; did you mean 'byol'"),
        ({"name": "byol", "epoch": 3}, "found the unknown option 'epoch'.* did you mean 'epochs'"),
        ({"name": "byol", "epochs": "x"}, "strategy byol, epochs: found 'x'"),
        ({"name": "none", "epochs": 1}, "found epochs for the strategy none, expected no options"),
        ({"epochs": 1}, "strategy: found the name None, expected one of none, supervised"),
        (3, "strategy"),
    ],
)
def test_a_strategy_that_is_none_is_refused(strategy: Any, problem: str) -> None:
    with pytest.raises(SkelshotError, match=problem):
        PretrainOptions.model_validate({"input": {"layout": "kinect-v1"}, "strategy": strategy})


@pytest.fixture(scope="module")
def words(toy_store: Store, toy_features: FeatureCache) -> list[str]:
    """A call with both stages, but for where to write."""
    settings = [
        *("--preset", "smoke", "--strategy", "transfer", "--episodes", "cosine"),
        *("--features", str(toy_features.path), "--protocol", "toy", "--split", "0"),
        *("--threads", "1", "--set", "input.frames=8", "--set", "strategies.transfer.epochs=3"),
        *("--set", "episodic.epochs=2", "--set", "strategies.transfer.ce_weight=1"),
    ]
    return ["pretrain", str(toy_store.path), *settings]


@pytest.fixture(scope="module")
def undisturbed(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the call writes that nothing disturbs."""
    out = tmp_path_factory.mktemp("undisturbed") / "whole"
    main([*words, "--out", str(out)])
    return out


@pytest.mark.parametrize(("stage", "epoch"), [("transfer", 2), ("episodic", 1)])
def test_a_killed_run_ends_with_the_same_numbers(
    words: list[str], undisturbed: Path, tmp_path: Path, stage: str, epoch: int
) -> None:
    """The process dies by SIGKILL after a checkpoint; the same command then goes on."""
    dying = (
        "import os, signal, sys\n"
        "from skelshot.runs import folder as runs\n"
        "whole = runs.RunFolder.save_stage\n"
        "def dying(self, stage, epoch, tensors, optimiser):\n"
        "    whole(self, stage, epoch, tensors, optimiser)\n"
        f"    if (stage, epoch) == ({stage!r}, {epoch}):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "runs.RunFolder.save_stage = dying\n"
        "from skelshot.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    killed = tmp_path / "killed"
    call = [*words, "--out", str(killed)]
    done = subprocess.run([sys.executable, "-c", dying, *call], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (split_folder(killed, 0) / "result.json").exists()
    main(call)
    assert same(weights(killed), weights(undisturbed))
    metrics = [
        (split_folder(out, 0) / "metrics.jsonl").read_text() for out in (killed, undisturbed)
    ]
    assert metrics[0] == metrics[1]


# Shells let their background jobs ignore Ctrl-C, and the tests may run in one.
HEEDING_CTRL_C = """
import signal
from skelshot.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def test_ctrl_c_keeps_what_is_done(toy_store: Store, tmp_path: Path) -> None:
    words = [
        *("pretrain", str(toy_store.path), "--protocol", "toy", "--split", "0"),
        *("--preset", "smoke", "--set", "strategies.supervised.epochs=2000", "--threads", "1"),
        *("--out", str(tmp_path)),
    ]
    running = subprocess.Popen(
        [sys.executable, "-c", HEEDING_CTRL_C, *words], stderr=subprocess.PIPE, text=True
    )
    checkpoints = split_folder(tmp_path, 0) / "checkpoints"
    for _ in range(600):
        if list(checkpoints.glob("supervised-*.safetensors")):
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors.strip().splitlines()[-1].endswith("the same command goes on")
    assert list(checkpoints.glob("supervised-*.safetensors"))


def test_novel_clips_leave_no_trace_in_the_weights(toy_store: Store, tmp_path: Path) -> None:
    """Delete every novel clip: the weights are the same to the last bit."""
    split = PROTOCOL.split_list(toy_store)[0]
    raw = tmp_path / "raw"
    raw.mkdir()
    for source in sorted((toy_store.path.parent / "raw").iterdir()):
        os.link(source, raw / source.name)
    pretrain_all = tmp_path / "all"
    train(toy_store, pretrain_all, options("episodes=cosine"))
    keep = {
        toy_store.clips[i].name
        for i in range(len(toy_store))
        if toy_store.clips[i].label in split.base
    }
    lone = tmp_path / "lone-store"
    reader = NpzReader()
    prepare(_Keeping(reader, keep), raw, lone)
    train(Store.open(lone), tmp_path / "base-only", options("episodes=cosine"))
    assert same(weights(pretrain_all), weights(tmp_path / "base-only"))


class _Keeping:
    """A reader that leaves clips out but knows all classes."""

    def __init__(self, reader: NpzReader, keep: set[str]) -> None:
        self._reader, self._keep = reader, keep

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)

    def read(self, source: object) -> object:
        items = self._reader.read(source)  # type: ignore[arg-type]
        return (item for item in items if getattr(item, "name", None) in self._keep)


def test_another_configuration_in_the_same_folder_is_refused(
    toy_store: Store, tmp_path: Path
) -> None:
    train(toy_store, tmp_path, options())
    with pytest.raises(SkelshotError, match=r"options\.seed \(found 0, now asked for 7"):
        train(toy_store, tmp_path, options("seed=7"))


def test_a_corrupt_checkpoint_is_named(toy_store: Store, tmp_path: Path) -> None:
    checkpoints = split_folder(tmp_path, 0) / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "supervised-00001.safetensors").write_bytes(b"\x05")
    with pytest.raises(SkelshotError, match=r"supervised-00001\.safetensors: the checkpoint is"):
        train(toy_store, tmp_path, options())


def test_transfer_without_features_is_refused_before_training(
    toy_store: Store, tmp_path: Path
) -> None:
    with pytest.raises(SkelshotError, match="strategy transfer: needs --features"):
        train(toy_store, tmp_path, options("strategy=transfer"))
    assert not tmp_path.joinpath("split-00").exists()


def test_a_loss_that_is_not_finite_stops_with_advice(toy_store: Store, tmp_path: Path) -> None:
    chosen = options(
        "strategy.optimizer.name=sgd",
        "strategy.optimizer.lr=1e30",
        "strategy.epochs=4",
    )
    with pytest.raises(SkelshotError, match=r"the loss is .*; lower strategy\.optimizer\.lr"):
        train(toy_store, tmp_path, chosen)


def test_a_full_disk_is_one_line(
    toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skelshot.runs.stage_states.write_digested", full)
    with pytest.raises(OSError, match="No space left"):
        train(toy_store, tmp_path, options())
    left = list((split_folder(tmp_path, 0) / "checkpoints").glob("*.safetensors"))
    assert not left


def test_episodes_that_cannot_be_filled_stop_before_anything_is_written(
    toy_store: Store, tmp_path: Path
) -> None:
    chosen = options("episodes=cosine", "episodic.episode.queries=9")
    with pytest.raises(SkelshotError, match="has 8 clips, 1 shots and 9 queries need 10"):
        train(toy_store, tmp_path, chosen)
    assert not list(tmp_path.iterdir())


def test_more_classes_than_there_are(toy_store: Store) -> None:
    wide = ClassSplitProtocol(name="w", draws_as="w", splits=1, base=8, novel=5, draws=1)
    with pytest.raises(SkelshotError, match="needs 8 base and 5 novel classes, the store has 10"):
        wide.split_list(toy_store)


def test_without_a_terminal_each_epoch_is_a_line(
    toy_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    splits = PROTOCOL.split_list(toy_store)[:2]
    chosen = options("strategy.epochs=3", "episodes=cosine", "episodic.epochs=1")
    pretrain(toy_store, PROTOCOL, splits, chosen, tmp_path)
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    wanted = [
        f"split {split} ({split + 1} of 2), {stage}, epoch {epoch} of {epochs}"
        for split in (0, 1)
        for stage, epochs in (("supervised", 3), ("episodic", 1))
        for epoch in range(1, epochs + 1)
    ]
    assert [line.removeprefix("skelshot: ").partition(":")[0] for line in lines] == wanted
    for line in lines:
        assert re.search(r": .*\bloss \S+ .*, (\d+ min )?\d+ s left$", line)
    assert captured.out == ""
    pretrain(toy_store, PROTOCOL, splits, chosen, tmp_path)
    assert capsys.readouterr() == ("", "")  # what is done is not done again
