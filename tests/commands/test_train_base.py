"""`skelshot train-base`, and the packaged encoder in the lists and in an evaluation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skelshot.base_encoder import recipe
from skelshot.base_encoder.recipe import BaseRecipe
from skelshot.datasets.store import Store

Run = Callable[..., Any]


def test_it_trains_measures_and_leaves_a_card(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = BaseRecipe(
        last_class=3, performers=2, cameras=(1,), replications=(1,), preset="smoke", epochs=1
    )
    monkeypatch.setitem(recipe.PRESETS, "smoke", tiny)
    answer = run("train-base", "--out", tmp_path / "out", "--threads", 1, "--seed", 2)
    assert "trained on 6 clips of 3 classes (ntu)" in answer.out
    assert "left out, since they were not given: --ui-prmd, --kinder-gator" in answer.out
    assert "step 7 of 7: card" in answer.err
    document = run("train-base", "--out", tmp_path / "out", "--seed", 2, "--json").json
    assert document["measured"] == []
    assert Path(document["encoder"]).is_file()
    assert "--preset smoke --seed 2" in Path(document["card"]).read_text()


BAD = {
    "no such preset": (("--preset", "smok"), "--preset: found 'smok'", "did you mean 'smoke'?"),
    "a seed below zero": (("--seed", -1), "seed: found -1", ""),
    "no threads": (("--threads", 0), "--threads: found 0", ""),
    "no such files": (("--ui-prmd", "nowhere"), "--ui-prmd: nowhere", ""),
    "no such device": (("--device", "abacus"), "abacus", ""),
    "an unknown option": (("--ui-prdm", "x"), "--ui-prdm", "did you mean '--ui-prmd'?"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_calls_are_one_line(run: Run, tmp_path: Path, case: str) -> None:
    words, *said = BAD[case]
    answer = run("train-base", "--out", tmp_path / "out", *words)
    assert answer.code == 2
    told = [line for line in answer.err.splitlines() if "step 1 of" not in line]
    assert len(told) == 1
    assert all(text in told[0] for text in said)
    assert not (tmp_path / "out" / "raw").exists()


def test_packaged_encoders_are_listed(run: Run) -> None:
    listed = run("encoders", "--json").json["packaged"]
    assert [(one["name"], one["encoder"], one["licence"]) for one in listed] == [
        ("skelshot-2d", "agcn", "Apache-2.0"),
        ("skelshot-base", "multi-stream", "Apache-2.0"),
        ("skelshot-small", "agcn", "Apache-2.0"),
    ]
    told = run("encoders").out
    assert all(f"{one['name']:<16}A general encoder" in told for one in listed)


def test_an_evaluation_takes_it_by_name(run: Run, toy_store: Store, tmp_path: Path) -> None:
    words = ("--protocol", "toy", "--split", 0, "--shots", 1, "--threads", 1)
    answer = run("evaluate", toy_store.path, *words, "--run", "skelshot-base")
    assert "trained on skelshot-base (" in answer.out
    assert "file:" not in answer.out
    out = tmp_path / "result.json"
    answer = run("evaluate", toy_store.path, *words, "--encoder", "skelshot-base", "--out", out)
    assert f"file: {out}" in answer.out


def test_joints_that_it_cannot_take_are_named(run: Run, tmp_path: Path) -> None:
    import numpy as np

    from skelshot.datasets.npz import write_npz_clip
    from skelshot.front_door import prepare
    from skelshot.skeletons.layouts import layout_from

    joints = ["wrist", "thumb", "finger"]
    bones = [["thumb", "wrist"], ["finger", "wrist"]]
    hand = {"name": "three-fingers", "joints": joints, "bones": bones}
    layout = layout_from(hand)
    (tmp_path / "raw").mkdir()
    for place in range(8):
        clip = np.random.default_rng(place).normal(size=(1, 9, 3, 3))
        write_npz_clip(
            tmp_path / "raw" / f"{place}.npz", clip, label="ab"[place % 2], layout=layout
        )
    store = prepare("npz", tmp_path / "raw", tmp_path / "hands")
    (tmp_path / "ab.yaml").write_text("{name: ab, novel: [a, b]}")
    words = ("--protocol", tmp_path / "ab.yaml", "--shots", 1, "--run", "skelshot-base")
    answer = run("evaluate", store.path, *words)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "skelshot-base: its encoder cannot read the clips of" in answer.err
    assert "joint 'shoulder centre'" in answer.err
