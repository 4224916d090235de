"""The commands of the README, on toy clips: their JSON, their words, their refusals."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.store import Store
from skelshot.fewshot import METHODS, FewShotMethod

Run = Callable[..., Any]
SMOKE = ("--preset", "smoke", "--protocol", "toy")


@pytest.fixture(scope="session")
def trained(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with one split, trained by the command itself."""
    from skelshot.cli import main

    out = tmp_path_factory.mktemp("trained") / "run"
    main(["pretrain", str(toy_store.path), *SMOKE, "--split", "0", "--out", str(out)])
    return out


def test_help_names_every_command(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    for name in ("prepare", "verify", "teach", "pretrain", "evaluate", "methods", "demo"):
        assert name in answer.out


def test_prepare_verify_and_export(run: Run, toy_store: Store, tmp_path: Path) -> None:
    raw = toy_store.path.parent / "raw"
    answer = run("prepare", "npz", raw, "--out", tmp_path / "store", "--json")
    assert answer.code == 0
    assert {"clips", "classes", "rejected", "store", "seconds"} <= answer.json.keys()
    assert (answer.json["clips"], answer.json["classes"], answer.json["rejected"]) == (80, 10, 0)
    for path, files in ((raw, 80), (tmp_path / "store", 5)):
        report = run("verify", path, "--json").json
        assert report["bad"] == []
        assert report["files"] >= files
    answer = run("export", "pyskl", tmp_path / "store", "--out", tmp_path / "a.pkl", "--json")
    assert answer.json["clips"] == 80
    back = run("prepare", "pyskl", tmp_path / "a.pkl", "--out", tmp_path / "back", "--json")
    assert back.json["clips"] == 80


def test_prepare_goes_on_past_bad_clips_unless_strict(
    run: Run, toy_store: Store, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(toy_store.path.parent / "raw", raw)
    (raw / "a00_p00_r00.npz").write_bytes(b"PK\x03\x04 cut off")
    answer = run("prepare", "npz", raw, "--out", tmp_path / "store", "--json")
    assert answer.code == 0
    assert (answer.json["clips"], answer.json["rejected"]) == (79, 1)
    listing = (tmp_path / "store" / "rejected.csv").read_text()
    assert "a00_p00_r00.npz" in listing
    strict = run("prepare", "npz", raw, "--out", tmp_path / "strict", "--strict")
    assert strict.code == 2
    assert "1 clips were rejected" in strict.err
    assert not (tmp_path / "strict").exists()


def test_pretrain_and_evaluate(run: Run, toy_store: Store, trained: Path) -> None:
    answer = run("pretrain", toy_store.path, *SMOKE, "--split", 0, "--out", trained, "--json")
    assert {"run", "encoder", "splits", "seconds"} <= answer.json.keys()
    assert [split["split"] for split in answer.json["splits"]] == [0]
    words = ("evaluate", toy_store.path, *SMOKE, "--run", trained, "--shots", 1, 5)
    answer = run(*words, "--json")
    assert answer.code == 0
    document = answer.json
    assert {"method", "protocol", "splits", "accuracy", "seconds"} <= document.keys()
    assert document["accuracy"].keys() == {"1", "5"}
    for accuracy in document["accuracy"].values():
        classes = accuracy["per_class"].values()
        assert accuracy["mean"] == pytest.approx(sum(classes) / len(classes), abs=1e-6)
    assert document["accuracy"]["1"]["ci95"] is None  # one split tells no spread
    assert list((trained / "results").glob("toy-cosine-*.json"))
    assert "1-shot: " in run(*words).out


def test_raw_nearest_needs_no_run(run: Run, toy_store: Store) -> None:
    words = ("evaluate", toy_store.path, *SMOKE, "--method", "raw-nearest", "--shots", 1)
    document = run(*words, "--json").json
    assert document["splits"] == [0, 1, 2]
    low, high = document["accuracy"]["1"]["ci95"]
    assert low <= document["accuracy"]["1"]["mean"] <= high


@pytest.mark.parametrize(
    ("asked", "chosen"), [((), [0, 1, 2]), (("all",), [0, 1, 2]), ((2,), [2]), ((2, 0), [2, 0])]
)
def test_splits_are_chosen_alike(
    run: Run, toy_store: Store, tmp_path: Path, asked: tuple[str | int, ...], chosen: list[int]
) -> None:
    words = ("--split", *asked) if asked else ()
    judged = ("--method", "raw-nearest", "--shots", 1)
    answer = run("evaluate", toy_store.path, *SMOKE, *judged, *words, "--json")
    assert answer.json["splits"] == chosen
    untrained = ("--strategy", "none", "--episodes", "none", "--out", tmp_path / "run")
    answer = run("pretrain", toy_store.path, *SMOKE, *untrained, *words, "--json")
    assert [split["split"] for split in answer.json["splits"]] == chosen


def test_teach_then_transfer(run: Run, toy_store: Store, tmp_path: Path) -> None:
    features = tmp_path / "features"
    words = ("teach", toy_store.path, "--teacher", "random-code", "--out", features, "--json")
    answer = run(*words)
    assert {"clips", "skipped", "clips_per_second", "teacher"} <= answer.json.keys()
    assert answer.json["clips"] == 80
    answer = run(
        "pretrain",
        toy_store.path,
        *SMOKE,
        "--split",
        1,
        "--features",
        features,
        "--episodes",
        "cosine",
        "--out",
        tmp_path / "run",
        "--json",
    )
    assert answer.json["strategy"] == "transfer"
    assert answer.json["splits"][0]["seconds"].keys() == {"transfer", "episodic"}


def test_methods(run: Run) -> None:
    methods = run("methods", "--json").json["methods"]
    assert {"name", "paper", "transductive", "reads", "options"} <= methods[0].keys()
    by_name = {method["name"]: method for method in methods}
    assert list(by_name) == [kind.name for kind in METHODS.shipped]
    assert by_name["feat"]["trained_in_episodes"]
    assert by_name["subspace"]["views"] == [{"turn": 0.0, "mirror": True}]
    assert by_name["rfs"]["fits_frozen_features"]
    rows = {row.split()[0]: row for row in run("methods").out.splitlines()}
    assert rows.keys() == {"method", *by_name}
    for name, words in {
        "feat": ("vector  inductive", "--episodes feat", "CVPR 2020"),
        "subspace": ("vector  inductive", "mirrored clips", "(DSN)"),
        "raw-nearest": ("clip ",),
    }.items():
        assert all(word in rows[name] for word in words)


@pytest.mark.parametrize("kind", METHODS.shipped, ids=lambda kind: kind.name)
def test_evaluate_takes_every_method(
    run: Run, toy_store: Store, trained: Path, kind: type[FewShotMethod]
) -> None:
    answer = run(
        *("evaluate", toy_store.path, *SMOKE, "--run", trained, "--split", 0),
        *("--method", kind.name, "--shots", 1, "--json"),
    )
    if kind().has_weights:
        assert answer.code == 2
        assert answer.err.strip().endswith(f"pretrain with --episodes {kind.name}")
        return
    assert answer.code == 0
    assert answer.json["method"] == kind.name
    assert 0 <= answer.json["accuracy"]["1"]["mean"] <= 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("frobnicate",), "invalid choice: 'frobnicate'"),
        (("prepare", "npz"), "the following arguments are required: raw, --out"),
        (("prepare", "npz", "ABSENT", "--out", "OUT"), "ABSENT"),
        (("verify", "ABSENT"), "ABSENT: no such file or folder"),
        (("pretrain", "ABSENT", "--protocol", "toy", "--out", "OUT"), "ABSENT"),
        (("pretrain", "STORE", "--protocol", "ntu", "--out", "OUT"), "found 'ntu', expected one"),
        (("pretrain", "STORE", *SMOKE, "--split", "3", "--out", "OUT"), "has the splits 0 to 2"),
        (("pretrain", "STORE", *SMOKE, "--split", "x", "--out", "OUT"), "a number or all"),
        (("pretrain", "STORE", *SMOKE, "--split", "1", "all", "--out", "OUT"), "and all alone"),
        (("pretrain", "STORE", *SMOKE, "--split", "1", "1", "--out", "OUT"), "found 1 twice"),
        (("evaluate", "STORE", *SMOKE, "--run", "RUN", "--split", "0", "0"), "found 0 twice"),
        (
            ("pretrain", "STORE", *SMOKE, "--strategy", "transfer", "--out", "OUT"),
            "needs --features",
        ),
        (
            ("pretrain", "STORE", *SMOKE, "--episodes", "nothing", "--out", "OUT"),
            "found 'nothing', expected one of cosine",
        ),
        (
            ("pretrain", "STORE", *SMOKE, "--features", "ABSENT", "--out", "OUT"),
            "ABSENT",
        ),
        (("pretrain", "STORE", *SMOKE, "--threads", "0", "--out", "OUT"), "expected at least 1"),
        (("evaluate", "STORE", *SMOKE), "method cosine: reads an encoder's features; give --run"),
        (("evaluate", "STORE", *SMOKE, "--run", "ABSENT"), "holds no finished split"),
        (("evaluate", "STORE", *SMOKE, "--run", "RUN", "--split", "2"), "split 2 is not pre-tr"),
        (("evaluate", "STORE", *SMOKE, "--run", "RUN", "--method", "x"), "found 'x', expected one"),
        (("evaluate", "STORE", *SMOKE, "--run", "RUN", "--shots", "8"), "has 8 clips, 8 shots"),
        (
            ("evaluate", "STORE", "--protocol", "nw-ucla", "--run", "RUN"),
            "was pre-trained with base",
        ),
        (
            ("evaluate", "STORE", *SMOKE, "--run", "RUN", "--set", "classifiers={cosine: {x: 1}}"),
            "method cosine, options: found the unknown option 'x'",
        ),
        (("teach", "STORE", "--teacher", "nobody", "--out", "OUT"), "unknown teacher"),
    ],
)
def test_bad_calls_are_one_line_and_code_2(
    run: Run,
    toy_store: Store,
    trained: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    message: str,
) -> None:
    places = {
        "STORE": toy_store.path,
        "RUN": trained,
        "ABSENT": tmp_path / "ABSENT",
        "OUT": tmp_path / "OUT",
    }
    answer = run(*(places.get(word, word) for word in words))
    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert "Traceback" not in answer.err
    assert answer.out == ""


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:1000]), "encoder.safetensors"),
        (lambda file: file.write_bytes(b"\x80\x04."), "encoder.safetensors"),
        (lambda file: file.unlink(), "encoder.safetensors"),
    ],
    ids=["truncated", "pickle", "missing"],
)
def test_a_damaged_encoder_is_named(
    run: Run,
    toy_store: Store,
    trained: Path,
    tmp_path: Path,
    damage: Callable[[Path], object],
    message: str,
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    damage(copy / "split-00" / "checkpoints" / "encoder.safetensors")
    answer = run("evaluate", toy_store.path, *SMOKE, "--run", copy, "--shots", 1)
    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_an_encoder_of_another_width_is_named(
    run: Run, toy_store: Store, trained: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    config = copy / "split-00" / "config.yaml"
    config.write_text(config.read_text().replace("width: 0.125", "width: 0.5"))
    result = copy / "split-00" / "result.json"  # as an earlier version wrote it, without digests
    found = json.loads(result.read_text())
    result.write_text(json.dumps({key: found[key] for key in found.keys() - {"files", "sha256"}}))
    answer = run("evaluate", toy_store.path, *SMOKE, "--run", copy, "--shots", 1)
    assert answer.code == 2
    assert "0.125" in answer.err
    assert "0.5" in answer.err


def test_features_of_another_store_are_refused(
    run: Run, toy_store: Store, nw_ucla_dir: Path, tmp_path: Path
) -> None:
    store, features = tmp_path / "ucla", tmp_path / "features"
    run("prepare", "nw-ucla", nw_ucla_dir, "--out", store)
    run("teach", store, "--teacher", "random-code", "--out", features)
    answer = run(
        "pretrain",
        toy_store.path,
        *SMOKE,
        "--split",
        0,
        "--features",
        features,
        "--out",
        tmp_path / "run",
    )
    assert answer.code == 2
    assert str(features) in answer.err
    assert not (tmp_path / "run" / "split-00").exists()
