"""JSON at every door that takes it: clips, stores, caches, journals, manifests, models."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.store.journal import plan_of

from ..cases import Case, Door
from ..documents import BOTH, JSON, json_cases
from ..inputs import beside_good, write_ucla
from ..places import place_cases

SMOKE = ("--protocol", "toy", "--preset", "smoke")
PRETRAIN = ("pretrain", "{shared}/store", *SMOKE)
TEACH = ("teach", "{shared}/store", "--out", "{out}")


def copied(name: str) -> Callable[[Path, Path], None]:
    """Copy one of the good folders."""
    return lambda folder, shared: _copy(shared / name, folder / name)


def _copy(good: Path, place: Path) -> None:
    shutil.copytree(good, place)


def _with_splits(folder: Path, shared: Path) -> None:
    """Make a store that says it keeps splits."""
    _copy(shared / "store", folder / "store")
    path = folder / "store" / "store.json"
    document = json.loads(path.read_text())
    document["files"]["splits.json"] = {"bytes": 2, "sha256": "0" * 64}
    path.write_text(json.dumps(document))


def _begun(folder: Path, shared: Path) -> None:
    """Make what a `prepare` leaves that was killed before it had noted a clip."""
    work = folder / "store.partial" / "work"
    work.mkdir(parents=True)
    reader = NpzReader()
    sources = reader.sources(shared / "raw")
    document = {"plan": plan_of(reader, sources), "progress": {"log_bytes": 1 << 20}}
    (work / "journal.json").write_text(json.dumps(document))


def _model(folder: Path, shared: Path) -> None:
    """Make a folder that looks like a sentence encoder."""
    (folder / "model").mkdir()
    (folder / "model" / "config.json").write_text("{}")
    (folder / "model" / "model.safetensors").write_bytes(b"")


def _good_clip(folder: Path, shared: Path) -> None:
    (folder / "raw").mkdir()
    write_ucla(folder / "raw" / "a01_s01_e00_v02.json")


JOURNAL = ("prepare", "npz", "{shared}/raw", "--out", "{in}/store", "--workers", "1")

DOORS = (
    Door("store", ("draw", "{in}/store", "--out", "{out}"), "store/store.json", copied("store")),
    Door(
        "splits of a store",
        ("export", "pyskl", "{in}/store", "--out", "{out}"),
        "store/splits.json",
        _with_splits,
    ),
    Door(
        "features",
        (*PRETRAIN, "--features", "{in}/features", "--out", "{out}"),
        "features/features.json",
        copied("features"),
    ),
    Door("journal", JOURNAL, "store.partial/work/journal.json"),
    Door(
        "synthesis manifest",
        ("synth", "--classes", "1", "--performers", "1", "--out", "{in}/raw"),
        "raw/synthesis.json",
        leaves=("in",),
    ),
    Door(
        "bank of the mini teacher",
        (
            "train-mini",
            "--out",
            "{out}",
            "--bank",
            "{in}/bank",
            "--clips",
            "8",
            "--actions",
            "4",
            "--threads",
            "1",
        ),
        "bank/bank.json",
    ),
    Door(
        "modules of a sentence encoder",
        (*TEACH, "--teacher", "minilm", "--model", "{in}/model"),
        "model/modules.json",
        _model,
    ),
    Door(
        "pooling of a sentence encoder",
        (*TEACH, "--teacher", "minilm", "--model", "{in}/model"),
        "model/1_Pooling/config.json",
        _model,
    ),
    Door(
        "configuration of a video model",
        (*TEACH, "--teacher", "xclip", "--model", "{in}/model"),
        "model/config.json",
        _model,
    ),
)

PLAN = Door(
    "plan of features",
    ("teach", "{shared}/store", "--teacher", "mini", "--videos", "rendered", "--out", "{in}/f"),
    "f.partial/plan.json",
)
FEW = ("null", "list in place of mapping", "UTF-16", "deep list", "key twice")
"""Kinds for a door behind which a model is loaded first."""

CLIP = Door(
    "NW-UCLA clip",
    ("prepare", "nw-ucla", "{in}/raw", "--out", "{out}", "--workers", "1", "--json"),
    "raw/a01_s01_e00_v01.json",
    _good_clip,
    rejected=True,
)

DEFINED = ("prepare", "npz", "{in}/raw", "--out", "{out}", "--workers", "1", "--json")


def _definitions() -> Iterator[Case]:
    """List the hostile definitions of a layout inside a clip's file."""
    for kind, (data, _) in (BOTH | JSON).items():
        if len(data) < 1 << 20 and b"\0" not in data:
            text = data.decode("latin-1")
            write = beside_good(layout=None, layout_definition=np.array(text))
            yield Case("layout in a clip", kind, "", DEFINED, write, ("layout",), rejected=True)


def _log() -> Iterator[Case]:
    """List the hostile logs of a `prepare` that was killed."""
    for kind, (data, _) in (BOTH | JSON).items():
        if not data or len(data) > 1 << 20:
            continue
        line = data.replace(b"\n", b" ") + b"\n"

        def write(folder: Path, shared: Path, log: bytes = line) -> None:
            _begun(folder, shared)
            work = folder / "store.partial" / "work"
            document = json.loads((work / "journal.json").read_text())
            document["progress"]["log_bytes"] = len(log)
            (work / "journal.json").write_text(json.dumps(document))
            (work / "log.jsonl").write_bytes(log)

        yield Case(
            "log of prepare", kind, "", JOURNAL, write, ("log.jsonl, line 1",), leaves=("in",)
        )


ABSENT = ("link to itself", "link to nothing", "nothing there")
"""No file at all, where one is made when it is absent."""


def cases() -> Iterator[Case]:
    """List the cases."""
    for door in DOORS[:3]:
        yield from json_cases(door)
        yield from place_cases(door)
    for door in DOORS[3:6]:
        yield from json_cases(door)
        yield from place_cases(door, *ABSENT)
    for door in DOORS[6:]:
        yield from json_cases(door)
    yield from (case for case in json_cases(PLAN) if case.kind in FEW)
    yield from json_cases(CLIP)
    yield from place_cases(CLIP, "folder", "nothing there", "unreadable")
    yield from _definitions()
    yield from _log()
