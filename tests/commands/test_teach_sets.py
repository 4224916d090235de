"""`skelshot teach` on a store of several sets: a teacher hears of actions, not of sets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.datasets.store.sets import SetsReader
from skelshot.teachers import FeatureCache

Run = Callable[..., Any]
SAID = ("jump", "sit down", "drink water", "read", "clap", "kick", "walk", "point", "bow", "throw")


def joint_store(toy_store: Store, folder: Path, second: list[str]) -> Path:
    """All toy classes as the set `one`, and some of them as the set `two`."""
    rest = [name for name in toy_store.class_names if name not in second]
    document = {
        "sets": {
            "one": {"store": str(toy_store.path), "leave_out": second[1:]},
            "two": {"store": str(toy_store.path), "leave_out": rest},
        }
    }
    (folder / "sets.yaml").write_text(yaml.safe_dump(document))
    prepare(SetsReader(), folder / "sets.yaml", folder / "all")
    return folder / "all"


def test_texts_are_without_the_set_and_alike_classes_are_told(
    run: Run, toy_store: Store, tmp_path: Path
) -> None:
    first, *_ = toy_store.class_names
    store = joint_store(toy_store, tmp_path, [first])
    texts = tmp_path / "texts.yaml"
    texts.write_text(yaml.safe_dump({f"two/{first}": "jump up"}))
    bare = tmp_path / "bare.yaml"
    bare.write_text(yaml.safe_dump(dict(zip(toy_store.class_names, SAID, strict=True))))
    words = ("teach", store, "--teacher", "mini", "--out", tmp_path / "features")
    answer = run(*words, "--class-names", texts, "--class-names", bare, "--json")
    assert answer.code == 0, answer.err
    cache = FeatureCache.open(tmp_path / "features")
    told = dict(zip(cache.class_names, (row[0] for row in cache.info.texts), strict=True))
    assert told[f"one/{first}"] == "jump"
    assert told[f"two/{first}"] == "jump up"
    pair = json.loads(answer.out)["alike"][0]
    assert {pair["first"], pair["second"]} == {f"one/{first}", f"two/{first}"}
    plain = run(*words, "--class-names", texts, "--class-names", bare)
    assert "sound alike; if two are one action, join them in the sets' file" in plain.out
    assert f"one/{first} and two/{first}" in plain.out


@pytest.mark.parametrize("asked", [(), ("--prompts", "time-reversed")])
def test_two_classes_of_one_name_are_refused(
    run: Run, toy_store: Store, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    store = joint_store(toy_store, tmp_path, [toy_store.class_names[0]])
    answer = run("teach", store, "--teacher", "mini", "--out", tmp_path / "features", *asked)
    assert answer.code == 2
    assert "get one and the same vector" in answer.err
    assert answer.err.count("\n") == 1
