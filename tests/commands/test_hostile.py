"""Hostile words, files and terminals: one line and code 2 at every door, and no result lost."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from skelshot.cli import main
from skelshot.datasets.store import Store

Run = Callable[..., Any]
SMOKE = ("--preset", "smoke", "--protocol", "toy")
_HOLD = """
import sys
from pathlib import Path
from skelshot.ground.locks import only_writer
with only_writer(Path(sys.argv[1]), "test", Path(sys.argv[2]) if sys.argv[2:] else None):
    print("held", flush=True)
    sys.stdin.read()
"""
HOSTILE = {
    "deep": b"[" * 3000,
    "other encoding": "pretrain: \xe9".encode("latin-1"),
    "bomb": b"a: &a [" + b"x," * 999 + b"x]\nb: [" + b"*a," * 999 + b"]",
    "a key twice": b"pretrain: {}\npretrain: {}",
    "a number without end": b"pretrain: " + b"9" * 5000,
}


@pytest.fixture
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "hostile.yaml"
    path.write_bytes(HOSTILE[request.param])
    return path


@pytest.mark.parametrize("hostile", HOSTILE, indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        ("pretrain", "STORE", "--protocol", "toy", "--preset", "FILE", "--out", "OUT"),
        ("pretrain", "STORE", "--protocol", "FILE", "--preset", "smoke", "--out", "OUT"),
        ("evaluate", "STORE", "--protocol", "FILE", "--method", "raw-nearest"),
        ("layouts", "FILE"),
        ("teach", "STORE", "--teacher", "random-code", "--prompts", "FILE", "--out", "OUT"),
        ("teach", "STORE", "--teacher", "random-code", "--class-names", "FILE", "--out", "OUT"),
    ],
)
def test_hostile_yaml_at_every_door(
    run: Run, toy_store: Store, hostile: Path, words: tuple[str, ...]
) -> None:
    real = {"STORE": toy_store.path, "FILE": hostile, "OUT": hostile.parent / "out"}
    answer = run(*(real.get(word, word) for word in words))
    assert answer.code == 2
    assert f"{hostile}, line " in answer.err
    assert answer.err.count("\n") == 1
    assert not (hostile.parent / "out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pretrain", "STORE", *SMOKE, "--out", ""), "--out: found '', expected a path"),
        (("pretrain", "STORE", *SMOKE, "--out", "r", "--split", "²"), "--split: found '²'"),
        (
            ("evaluate", "STORE", *SMOKE, "--split", "²"),
            "--split: found '²', expected a number or all",
        ),
        (("evaluate", "STORE", *SMOKE, "--shots", "9" * 5000), "--shots: invalid int value"),
        (
            ("pretrain", "STORE", *SMOKE, "--out", "r", "--set", "input.frames=100000000"),
            "pretrain.input.frames: found 100000000; input should be less than or equal to 10000",
        ),
        (
            ("pretrain", "STORE", *SMOKE, "--out", "r", "--set", "input.frames=" + "[" * 3000),
            "--set input.frames, line 1: not valid YAML (nested more than",
        ),
        (("evaluate", "STORE", *SMOKE, "--threads", "9" * 9), "--threads: found 999999999"),
        (
            ("pretrain", "STORE", *SMOKE, "--out", "r", "--seed", "9" * 30),
            "--seed: found 999999999999999999999999999999, expected a number within 64 bits",
        ),
        (("prepare", "npz", "raw", "--out", "r", "--workers", "9" * 9), "workers: found 999999999"),
        (("draw", "STORE", "--out", "/dev/null"), "/dev/null: found a device"),
        (
            ("evaluate", "STORE", *SMOKE, "--method", "raw-nearest", "--out", "/dev/null"),
            "/dev/null: found a device",
        ),
        (("draw", "STORE", "\x1b[31m\n", "--out", "a.png"), r"is called '\x1b[31m\n'"),
        (("draw", "STORE", "x" * 99_999, "--out", "a.png"), "xxx..."),
    ],
)
def test_hostile_words(
    run: Run,
    toy_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*(toy_store.path if word == "STORE" else word for word in words))
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1
    assert answer.err.rstrip("\n").isprintable()
    assert len(answer.err) < 2100
    assert not list(tmp_path.iterdir())


def test_a_protocol_that_leads_out_of_the_run(run: Run, toy_store: Store, tmp_path: Path) -> None:
    protocol = tmp_path / "p.yaml"
    protocol.write_text("{name: ../../../x, draws_as: toy, splits: 1, base: 5, novel: 5, draws: 1}")
    answer = run("evaluate", toy_store.path, "--protocol", protocol, "--method", "raw-nearest")
    assert answer.code == 2
    assert "name: found '../../../x'; expected a name that may stand in a file's" in answer.err


@pytest.fixture
def renamed(tmp_path: Path, toy_store: Store) -> Path:
    """The toy store with class names that a terminal should not be given as they are."""
    store = tmp_path / "store"
    shutil.copytree(toy_store.path, store)
    document = json.loads((store / "store.json").read_text())
    document["class_names"] = [f"\x1b[31m手\r\n{name}" for name in toy_store.class_names]
    (store / "store.json").write_text(json.dumps(document))
    return store


def test_names_in_a_store_cannot_steer_the_terminal(run: Run, renamed: Path) -> None:
    answer = run("evaluate", renamed, *SMOKE, "--method", "raw-nearest")
    assert answer.code == 0
    assert r"\x1b[31m手\r\nbow" in answer.out
    assert answer.out.replace("\n", "").isprintable()


def test_a_terminal_without_the_letters_still_gets_the_result(
    renamed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding="ascii"))
    main(["evaluate", str(renamed), *SMOKE, "--method", "raw-nearest"])
    sys.stdout.flush()
    assert rb"\x1b[31m\u624b\r\nbow" in kept.getvalue()


@contextmanager
def _held(*words: Path) -> Iterator[None]:
    """Another process that writes an output."""
    command = [sys.executable, "-c", _HOLD, *map(str, words)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.kill()


@pytest.mark.parametrize(
    ("words", "held"),
    [
        (("prepare", "npz", "RAW", "--out", "OUT"), ("out",)),
        (("teach", "STORE", "--teacher", "random-code", "--out", "OUT"), ("out",)),
        (("pretrain", "STORE", *SMOKE, "--split", "1", "--out", "OUT"), ("out/split-01",)),
        (("evaluate", "STORE", *SMOKE, "--method", "raw-nearest", "--out", "OUT"), ("out",)),
        (
            ("synth", "--classes", "23", "--performers", "1", "--out", "OUT"),
            ("out", "out/.lock"),
        ),
    ],
    ids=["prepare", "teach", "pretrain", "evaluate", "synth"],
)
def test_a_second_process_is_refused(
    run: Run, toy_store: Store, tmp_path: Path, words: tuple[str, ...], held: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    real = {"STORE": toy_store.path, "RAW": toy_store.path.parent / "raw", "OUT": out}
    with _held(*(tmp_path / word for word in held)):
        answer = run(*(real.get(word, word) for word in words))
    assert answer.code == 2
    assert f"another {words[0]}" in answer.err.replace("`skelshot teach`", "teach")
    assert "is writing it; wait for that one to end" in answer.err
    assert answer.err.count("\n") == 1


def test_two_teachers_of_one_cache_never_mix(toy_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "features"
    words = [sys.executable, "-m", "skelshot.cli", "teach", str(toy_store.path)]
    both = [
        subprocess.Popen(
            [*words, "--teacher", "random-code", "--seed", seed, "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in "01"
    ]
    said = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) == [0, 2], said
    assert said[codes.index(2)].count("\n") == 1
    assert json.loads((out / "features.json").read_text())["options"]["seed"] == codes.index(0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["features"]


def test_ctrl_c_is_130_and_one_line(toy_store: Store, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    clip, *_ = sorted((toy_store.path.parent / "raw").iterdir())
    for number in range(3000):  # enough work for the signal to come into the middle of it
        (raw / f"a00_p00_r{number:04d}.npz").hardlink_to(clip)
    out = tmp_path / "store"
    process = subprocess.Popen(
        [sys.executable, "-m", "skelshot.cli", "prepare", "npz", str(raw), "--out", str(out)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    log = tmp_path / "store.partial" / "work" / "log.jsonl"
    deadline = time.monotonic() + 60
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert said == "skelshot: interrupted; what is done is kept, the same command goes on\n"
    assert not (tmp_path / ".store.lock").exists()
