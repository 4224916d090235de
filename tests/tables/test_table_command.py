"""`skelshot table`: from a number to its pages, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from skelshot.cli import main
from skelshot.datasets.store import Store
from skelshot.tables.saved import read_saved_table

NOT_ITS_OWN = "--data ntu60=STORE: "

REFUSED = {
    "an unknown table": ("table XIIV", "table: found 'XIIV', expected one of I, II, "),
    "the nearest table": ("table XIIV", "did you mean 'XII'?"),
    "a preset": ("table XI --preset smoek", "did you mean 'smoke'?"),
    "a data set": ("table XI --data ntu6O=STORE", "did you mean 'ntu60'?"),
    "no pair": ("table XI --data STORE", "expected NAME=PATH, such as ntu60=runs/ntu60"),
    "a pair without a path": ("table XI --data ntu60=", "expected NAME=PATH"),
    "a data set of another table": (
        "table XI --data nw-ucla=STORE",
        "the table measures nothing on nw-ucla, only on ntu120, ntu60, pku-mmd",
    ),
    "a data set twice": ("table XI --data ntu60=STORE ntu60=STORE", "ntu60 is named twice"),
    "a store that does not fit": ("table III --data ntu60=STORE", NOT_ITS_OWN),
    "a store of other classes": (
        "table C --data kinder-gator=STORE",
        "--data kinder-gator=STORE: protocol kinder-gator-58: the store has no class",
    ),
    "no store": ("table V --data nw-ucla=nowhere", "nowhere"),
    "videos of no store": ("table XI --videos ntu60=STORE", "add --data ntu60=STORE"),
    "a row": (
        "table XI --rows NNN",
        "--rows: found 'NNN', expected some of NN, LC, CC; did you mean",
    ),
    "an executor": ("table XI --executor slrm", "did you mean 'slurm'?"),
    "settings of no cluster": ("table XI --executor-set mem_gb=1", "add --executor slurm"),
    "a device": ("table XI --device gpu", "--device: found 'gpu', expected cpu, cuda"),
    "a device of a cluster": (
        "table XI --executor slurm --device cuda:1",
        "--device: found 'cuda:1' with --executor slurm, expected cpu or cuda",
    ),
    "a row to compare with": (
        "table XI --rows NN LC --against CC",
        "--against: found 'CC', expected one of NN, LC",
    ),
    "weights of none": (
        "table X --preset cpu --weights imagenet=STORE",
        "--weights imagenet=STORE: found 'imagenet', expected NAME=PATH with one of main",
    ),
    "unknown weights": ("table IX --weights imagnet=STORE", "did you mean 'imagenet'?"),
    "weights of no file": ("table IX --weights imagenet=nowhere", "found no such file"),
    "no seeds": ("table XI --seeds 0", "--seeds: found 0, expected 1 to 1000"),
    "no jobs": ("table XI --jobs 0", "workers: found 0, expected at least 1"),
}


def call(*words: object) -> int:
    try:
        main([str(word) for word in words])
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_before_any_work(
    words: str,
    told: str,
    toy_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "STORE").symlink_to(toy_store.path)
    assert call(*words.split()) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["STORE"]


def test_a_file_whose_name_can_name_no_pages_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for stem in ("my table", "m" * 65, "päge"):
        file = tmp_path / f"{stem}.yaml"
        file.write_text("{title: t, columns: {A: {data: nw-ucla}}, rows: {Raw: {}}}")
        assert call("table", file, "--preset", "smoke", "--out", tmp_path / "out") == 2
        err = capsys.readouterr().err
        assert "expected 1 to 64 of a to z" in err
        assert "rename the file" in err
        assert not (tmp_path / "out").exists()


def test_a_table_without_clips_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("table", "V", "--preset", "smoke", "--out", tmp_path, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cells"] == []
    assert "left out, no --data nw-ucla=STORE is given" in document["notes"][0]


@pytest.mark.slow
def test_table_xi_from_nothing_and_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("table", "XI", "--preset", "smoke", "--out", tmp_path, "--jobs", 2, "--json")
    documents: list[dict[str, Any]] = []
    for _ in range(2):
        assert call(*words) == 0
        documents.append(json.loads(capsys.readouterr().out))
    first, again = documents
    assert first["table"] == "XI"
    cells = {(cell["row"], cell["column"]): cell for cell in first["cells"]}
    columns = ("NTU-120", "NTU-60", "PKU-MMD")
    assert set(cells) == {(row, column) for row in ("NN", "LC", "CC") for column in columns}
    assert cells["NN", "NTU-60"]["paper"] == 0.802
    assert all(0 <= cell["ours"] <= 1 for cell in first["cells"])
    # a column: one twin, one cache of features, one transfer, one run of episodes, three results
    assert first["made"] == 3 * 7
    assert again["made"] == 0
    assert again["cells"] == first["cells"]
    assert Path(first["report"]).exists()
    assert any("PKU-MMD: the synthetic twin" in note for note in first["notes"])
    events = (tmp_path / "table-XI.log").read_text().splitlines()
    assert len(events) == 2 * 3 * 7  # each begins and ends, once


def test_a_column_of_fewer_seeds(
    toy_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my_own.v2.yaml").write_text(
        "{title: t, columns: {A: {data: nw-ucla, seeds: 1}, B: {data: nw-ucla, shots: 2}}, "
        "rows: {Labels: {strategy: supervised, set: [strategy.epochs=1]}, Raw: {method: raw-dtw}}}"
    )
    words = ("--preset", "smoke", "--seeds", 2, "--data", f"nw-ucla={toy_store.path}", "--json")
    assert call("table", tmp_path / "my_own.v2.yaml", *words, "--out", tmp_path / "out") == 0
    found = json.loads(capsys.readouterr().out)
    assert read_saved_table(tmp_path / "out" / "table-my_own.v2.json").name == "Table my_own.v2"
    assert "A: one seed." in found["notes"]
    seeds = {(cell["row"], cell["column"]): len(cell["per_seed"]) for cell in found["cells"]}
    assert seeds == {("Labels", "A"): 0, ("Labels", "B"): 2, ("Raw", "A"): 0, ("Raw", "B"): 0}
