"""Runs evaluated on other data, ensembles, the run's own preset, and files that stay."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.commands.evaluate import COMMAND
from skelshot.datasets.npz import write_npz_clip
from skelshot.datasets.protocols import NamedProtocol, protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import read_queries
from skelshot.front_door import evaluate, prepare, pretrain
from skelshot.ground import SkelshotError
from skelshot.runs import Run
from skelshot.skeletons.layouts import layout_from
from skelshot.skeletons.mappings import map_layout

QUICK = ("strategy.epochs=1", "input.frames=8")
OWN = {"name": "own", "novel": ("bow", "clap", "squat down"), "draws": 4}


@pytest.fixture(scope="module")
def run(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two splits of the toy clips, trained with changes of the evaluation too."""
    out = tmp_path_factory.mktemp("run") / "run"
    changes = (*QUICK, "evaluate.readout=joints")
    pretrain(toy_store, out, protocol="toy", preset="smoke", splits=[0, 1], changes=changes)
    return out


@pytest.fixture(scope="module")
def other_store(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Half of the toy clips with other names of classes, in Kinect v2's layout."""
    raw, layout = tmp_path_factory.mktemp("raw"), layout_from("kinect-v2")
    for place, clip in enumerate(toy_store.clips[::2]):
        sequence = map_layout(toy_store.sequence(2 * place), layout)
        label = f"to {toy_store.class_names[clip.label]}"
        write_npz_clip(raw / f"{clip.name}.npz", sequence.joints, label=label, layout=layout)
    return prepare("npz", raw, raw.parent / "other")


def protocol(store: Store, **changes: Any) -> NamedProtocol:
    fields = {"name": "own", "novel": store.class_names[:3], "draws": 4}
    return NamedProtocol.model_validate(fields | changes)


def test_an_encoder_serves_clips_of_another_set_and_layout(
    toy_store: Store, other_store: Store, run: Path, tmp_path: Path
) -> None:
    rule = protocol(other_store)
    found = evaluate(
        other_store, protocol=rule, run=run, shots=[1, 2], queries=tmp_path / "all.parquet"
    )
    assert found["trained_on"]["split"] == 0
    assert found["trained_on"]["data"] == toy_store.path.name
    assert found["evaluated_on"]["data"] == "other"
    assert found["trained_on"]["data_hash"] != found["evaluated_on"]["data_hash"]
    assert found["seen_classes"] == []
    assert (found["mapped"]["from"], found["mapped"]["to"]) == ("kinect-v2", "kinect-v1")
    assert found["accuracy"]["1"]["interval"] == "draws"
    assert len(found["accuracy"]["1"]["per_draw"]) == 4
    assert found["accuracy"]["1"]["mean"] > 0.4  # three ways: chance is 0.33
    told = COMMAND.show(found)
    assert "the encoder of its split 0), evaluated on other" in told
    kept, made = (len(found["mapped"][part]) for part in ("measured", "made"))
    assert kept + made == 20
    assert f"joints mapped from kinect-v2 to kinect-v1: {kept} as they are, {made} made" in told
    table = read_queries(tmp_path / "all.parquet")
    for shots, result in found["accuracy"].items():
        rows = table.shots == int(shots)
        assert rows.sum() == result["queries"]
        assert np.nanmean(table.hits[rows]) == pytest.approx(result["mean"])  # all tasks as large
    assert set(table.clips) <= {clip.name for clip in other_store.clips}
    assert table.classes == other_store.class_names[:3]
    best = [table.classes[place] for place in table.scores.argmax(1)]
    assert best == list(table.predicted)


def test_another_split_of_the_run_can_be_asked_for(other_store: Store, run: Path) -> None:
    found = evaluate(
        other_store, protocol=protocol(other_store), run=run, shots=[1], encoder_split=1
    )
    assert found["trained_on"]["split"] == 1
    with pytest.raises(SkelshotError, match=r"--encoder-split 7: .* it has 0, 1"):
        evaluate(other_store, protocol=protocol(other_store), run=run, encoder_split=7)


def test_names_that_were_trained_on_are_said(toy_store: Store, run: Path, tmp_path: Path) -> None:
    """The same names in other data are said; the same clips are refused."""
    base = json.loads((run / "split-00" / "result.json").read_text())["base"]
    rule = NamedProtocol.model_validate({"name": "own", "novel": base[:2]})
    with pytest.raises(SkelshotError, match=f"was pre-trained on clips of {base[0]}, {base[1]}"):
        evaluate(toy_store, protocol=rule, run=run, shots=[1])
    raw = tmp_path / "raw"
    raw.mkdir()
    for place, clip in enumerate(toy_store.clips[:40]):
        sequence, label = toy_store.sequence(place), toy_store.class_names[clip.label]
        write_npz_clip(
            raw / f"{clip.name}.npz", sequence.joints, label=label, layout=sequence.layout
        )
    fewer = prepare("npz", raw, tmp_path / "fewer")
    known = [name for name in base if name in fewer.class_names][:2]
    rule = NamedProtocol.model_validate({"name": "own", "novel": known})
    found = evaluate(fewer, protocol=rule, run=run, shots=[1])
    assert found["seen_classes"] == sorted(known)
    assert "of these names were among those trained on" in COMMAND.show(found)


def test_names_that_were_trained_on_are_said_whatever_sets_they_stand_in(
    toy_store: Store, other_store: Store, run: Path, tmp_path: Path
) -> None:
    (tmp_path / "sets.yaml").write_text(
        f"sets:\n  mine: {{store: {toy_store.path}}}\n  other: {{store: {other_store.path}}}\n"
    )
    both = prepare("sets", tmp_path / "sets.yaml", tmp_path / "both", layout="kinect-v1")
    pretrain(both, tmp_path / "run", protocol="toy@mine", preset="smoke", splits=[0], changes=QUICK)
    [split] = protocol_named("toy").split_list(toy_store)[:1]
    base = [toy_store.class_names[label] for label in split.base]

    own = evaluate(both, protocol="toy@mine", run=tmp_path / "run", shots=[1])
    assert own["seen_classes"] == []
    assert own["trained_on"]["protocol"] == "toy@mine"
    alone = evaluate(toy_store, protocol="toy", run=tmp_path / "run", shots=[1])
    assert alone["trained_on"]["split"] is None  # each split its own encoder, as over there
    assert alone["seen_classes"] == []
    assert alone["accuracy"]["1"]["mean"] == own["accuracy"]["1"]["mean"]
    with pytest.raises(SkelshotError, match="split 1 is not pre-trained"):
        evaluate(toy_store, protocol="toy", run=tmp_path / "run", splits=[0, 1])
    rule = NamedProtocol.model_validate({"name": "own", "novel": base[:2]})
    apart = evaluate(toy_store, protocol=rule, run=tmp_path / "run", shots=[1])
    assert apart["seen_classes"] == sorted(base[:2])
    rule = NamedProtocol.model_validate({"name": "own", "novel": [f"mine/{n}" for n in base[:2]]})
    within = evaluate(both, protocol=rule, run=run, shots=[1])
    assert within["seen_classes"] == sorted(f"mine/{name}" for name in base[:2])


def test_the_runs_own_preset_is_used_unless_another_is_named(toy_store: Store, run: Path) -> None:
    own = evaluate(toy_store, protocol="toy", run=run, shots=[1])
    assert (own["preset"], own["config"]["evaluate"]["readout"]) == ("smoke", "joints")
    other = evaluate(toy_store, protocol="toy", run=run, shots=[1], preset="paper")
    assert (other["preset"], other["config"]["evaluate"]["readout"]) == ("paper", "pooled")
    changed = evaluate(toy_store, protocol="toy", run=run, shots=[1], changes=["readout=pooled"])
    assert (changed["preset"], changed["config"]["evaluate"]["readout"]) == ("smoke", "pooled")
    files = {document["file"] for document in (own, other, changed)}
    assert len(files) == 3
    assert all(json.loads(Path(file).read_text())["file"] == file for file in files)
    again = evaluate(toy_store, protocol="toy", run=run, shots=[1])
    assert (again["file"], again["accuracy"]) == (own["file"], own["accuracy"])
    assert "evaluation of the preset smoke" in COMMAND.show(own)
    assert f"file: {own['file']}" in COMMAND.show(own)


def test_protocols_of_one_name_are_not_taken_for_each_other(other_store: Store, run: Path) -> None:
    files = {
        evaluate(other_store, protocol=protocol(other_store, draws=draws), run=run, shots=[1])[
            "file"
        ]
        for draws in (2, 3)
    }
    assert len(files) == 2


@pytest.mark.parametrize("content", ["{}", '{"settings": "00000000"}', "no JSON"])
def test_a_file_of_other_settings_is_never_overwritten(
    toy_store: Store, run: Path, tmp_path: Path, content: str
) -> None:
    out = tmp_path / "result.json"
    out.write_text(content)
    with pytest.raises(SkelshotError, match=r"expected none to be overwritten; name another --out"):
        evaluate(toy_store, protocol="toy", run=run, shots=[1], out=out)
    assert out.read_text() == content
    table = tmp_path / "queries.csv"
    table.write_text("mine")
    with pytest.raises(SkelshotError, match="name another --queries"):
        evaluate(toy_store, protocol="toy", run=run, shots=[1], queries=table)
    assert table.read_text() == "mine"


@pytest.fixture(scope="module")
def second(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the same splits that reads bones."""
    out = tmp_path_factory.mktemp("second") / "run"
    changes = (*QUICK, "input.streams=[bone]")
    pretrain(toy_store, out, protocol="toy", preset="smoke", splits=[0, 1], changes=changes)
    return out


def test_an_ensemble_adds_up_scores(
    toy_store: Store, run: Path, second: Path, tmp_path: Path
) -> None:
    """A literal sum of the probabilities in the tables of the two alone."""
    both = (run, second)
    tables = []
    for number, runs in enumerate([run, second, both]):
        found = evaluate(
            toy_store,
            protocol="toy",
            run=runs,
            shots=[1],
            weights=None if runs is not both else [1, 2],
            queries=tmp_path / f"{number}.parquet",
        )
        tables.append(read_queries(tmp_path / f"{number}.parquet"))
    one, two, fused = (table.scores for table in tables)

    def softmax(scores: Any) -> Any:
        shown = np.exp(scores - np.nanmax(scores, 1, keepdims=True))
        return shown / np.nansum(shown, 1, keepdims=True)

    np.testing.assert_allclose(fused, softmax(one) + 2 * softmax(two), atol=1e-4)
    assert [member["weight"] for member in found["members"]] == [1.0, 2.0]
    alone = [evaluate(toy_store, protocol="toy", run=each, shots=[1]) for each in both]
    for member, document in zip(found["members"], alone, strict=True):
        assert member["accuracy"] == document["accuracy"]
    told = COMMAND.show(found)
    assert "cosine of 2 runs on toy" in told
    assert f"alone, weight 2: {second}" in told


def damaged(change: Callable[[Path], object]) -> Callable[[Path, Path], list[Path]]:
    def made(run: Path, folder: Path) -> list[Path]:
        copy = folder / "copy"
        shutil.copytree(run, copy)
        change(copy)
        return [run, copy]

    return made


UNLIKE = {
    "one twice": (lambda run, folder: [run, run], "found twice, expected each run once"),
    "other splits": (
        damaged(lambda copy: shutil.rmtree(copy / "split-01")),
        r"found the splits \[0, 1\] and \[0\], expected the same; name those .* with --split",
    ),
    "no run": (lambda run, folder: [run, folder / "nothing"], "holds no finished split"),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_unlike_runs_are_no_ensemble(
    toy_store: Store, run: Path, tmp_path: Path, case: str
) -> None:
    make, message = UNLIKE[case]
    with pytest.raises(SkelshotError, match=message) as caught:
        evaluate(toy_store, protocol="toy", run=make(run, tmp_path), shots=[1])  # type: ignore[no-untyped-call]
    assert "\n" not in str(caught.value)


def test_a_general_encoder_joins_runs_of_this_data(toy_store: Store, run: Path) -> None:
    """Each reads clips its own way: the packaged weights by their notes, the run by its preset."""
    found = evaluate(toy_store, protocol="toy", run=[run, "skelshot-base"], shots=[1], splits=[0])
    assert [member["preset"] for member in found["members"]] == ["smoke", "ready-made"]
    reads = [member["config"]["evaluate"]["readout"] for member in found["members"]]
    assert reads == ["joints", "flat"]
    assert found["accuracy"]["1"]["mean"] > 0.4


def test_a_run_of_another_protocol_on_this_data_joins_none(
    toy_store: Store, run: Path, tmp_path: Path
) -> None:
    told = Run.open(run).split(0).config
    fields = {"name": "own", "novel": told["novel"], "base": told["base"][1:]}
    rule = NamedProtocol.model_validate(fields)
    pretrain(toy_store, tmp_path / "own", protocol=rule, preset="smoke", changes=QUICK)
    with pytest.raises(SkelshotError, match="was pre-trained with base"):
        evaluate(toy_store, protocol="toy", run=[run, tmp_path / "own"], shots=[1], splits=[0])


def test_options_of_unknown_methods_are_refused(toy_store: Store, run: Path) -> None:
    with pytest.raises(SkelshotError, match=r"classifiers: .*'rffs'.*did you mean 'rfs'\?"):
        evaluate(toy_store, protocol="toy", run=run, changes=["classifiers.rffs.C=10"])
    with pytest.raises(SkelshotError, match="changes pre-training, which is over"):
        evaluate(toy_store, protocol="toy", run=run, changes=["pretrain.seed=3"])
    with pytest.raises(SkelshotError, match=r"changes the method rfs, but .* is cosine"):
        evaluate(toy_store, protocol="toy", run=run, changes=["classifiers.rfs.C=10"])


def test_two_coordinates_are_not_three(toy_store: Store, run: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for place, clip in enumerate(toy_store.clips[:12]):
        joints = 300 - 200 * toy_store.sequence(place).joints[..., :2]
        name = toy_store.class_names[clip.label]
        write_npz_clip(raw / f"{clip.name}.npz", joints, label=name, layout=toy_store.layout)
    flat = prepare("npz", raw, tmp_path / "flat", body_check="ignore")
    novel = sorted({flat.class_names[clip.label] for clip in flat.clips})[:2]
    rule = NamedProtocol.model_validate({"name": "own", "novel": novel})
    with pytest.raises(SkelshotError, match=r"found 2 a joint in the clip, expected 3"):
        evaluate(flat, protocol=rule, run=run, shots=[1])


def test_an_encoder_of_pixels_reads_metres_and_says_so(toy_store: Store, tmp_path: Path) -> None:
    pixels = prepare("store", toy_store.path, tmp_path / "pixels", coordinates="pixels")
    told = "3-D joints seen as by a camera before the person"
    for store, seen in ((toy_store, True), (pixels, False)):
        found = evaluate(store, protocol=protocol(store), run="skelshot-2d", shots=[1])
        assert found["sees_pictures"] is seen
        assert [one["sees_pictures"] for one in found["members"]] == [seen, False]  # raw-dtw
        assert (told in COMMAND.show({**found, "file": None})) is seen
        assert found["accuracy"]["1"]["mean"] > 0.6
    told = "choose a run of 2-D clips of kinect-v1, such as skelshot-2d"
    with pytest.raises(SkelshotError, match=told):
        evaluate(pixels, protocol=protocol(pixels), run="skelshot-base", shots=[1])


def test_turned_views_are_left_out_for_an_encoder_of_pixels(toy_store: Store) -> None:
    """A preset that is asked for fits the encoder, and a method that turns clips is refused."""
    rule = protocol(toy_store)
    words: dict[str, Any] = {"protocol": rule, "run": "skelshot-2d", "shots": [1]}
    found = evaluate(toy_store, preset="cpu", **words)
    assert any("turned ones left out" in told for told in found["adapted"])
    with pytest.raises(SkelshotError, match=r"set --set classifiers.jeanie.each_side=0"):
        evaluate(toy_store, method="jeanie", changes=["classifiers.jeanie.each_side=1"], **words)


ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "the same shots twice": ({"shots": [1, 2, 1]}, "--shots: found 1 twice"),
    "no shots": ({"shots": []}, "--shots: found none, expected at least one"),
    "no splits": ({"splits": []}, "--split: found none, expected at least one"),
    "no run": ({"run": []}, "--run: found none, expected at least one"),
    "weights of one": ({"weights": [2]}, "--weights 2: found one classifier"),
    "fusion of one": ({"fusion": "logits"}, "--fusion logits: found one classifier"),
    "unknown fusion": ({"fusion": "mean"}, "--fusion: found 'mean', expected one of softmax"),
    "unknown sides": ({"sides": "left"}, "--sides: found 'left', expected auto, matter or ign"),
    "an encoder that nothing uses": (
        {"method": "raw-nearest", "encoder_split": 1},
        "--encoder-split 1: method raw-nearest uses no encoder",
    ),
}


@pytest.mark.parametrize("case", ASKED)
def test_what_would_be_ignored_is_refused(other_store: Store, run: Path, case: str) -> None:
    asked, message = ASKED[case]
    with pytest.raises(SkelshotError, match=message) as caught:
        evaluate(
            other_store, **{"protocol": protocol(other_store), "run": run, "shots": [1]} | asked
        )
    assert "\n" not in str(caught.value)


def test_one_run_is_no_ensemble_by_any_name(
    toy_store: Store, run: Path, second: Path, tmp_path: Path
) -> None:
    """A link, a copy, and runs beside a method that uses none."""
    (tmp_path / "link").symlink_to(run)
    shutil.copytree(run, tmp_path / "copy")
    for name in ("link", "copy"):
        with pytest.raises(SkelshotError, match=rf"{name}: found twice, it holds the same weigh"):
            evaluate(toy_store, protocol="toy", run=[run, tmp_path / name], shots=[1])
    with pytest.raises(SkelshotError, match="method raw-nearest: found 2 runs, expected at most"):
        evaluate(toy_store, protocol="toy", run=[run, second], method="raw-nearest", shots=[1])


def test_settings_do_not_depend_on_where_a_run_stands(
    toy_store: Store, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same call from another folder replaces its result; other weights do not."""
    here = evaluate(toy_store, protocol="toy", run=run, shots=[1])
    monkeypatch.chdir(run.parent)
    for name in (run.name, Path("..") / run.parent.name / run.name):
        assert (
            evaluate(toy_store, protocol="toy", run=name, shots=[1])["settings"]
            == (here["settings"])
        )
    other = tmp_path / run.name
    changes = (*QUICK, "evaluate.readout=joints", "pretrain.seed=1")
    pretrain(toy_store, other, protocol="toy", preset="smoke", splits=[0, 1], changes=changes)
    monkeypatch.chdir(tmp_path)
    found = evaluate(toy_store, protocol="toy", run=run.name, shots=[1])
    assert found["settings"] != here["settings"]


def test_a_run_that_can_only_be_read_is_evaluated(
    other_store: Store, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Features are not kept; a full disk is told all the same."""
    copy, problem = tmp_path / "copy", errno.EROFS
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("features", "results"))

    def refused(file: Path, *_: Any) -> None:
        raise OSError(problem, "no", str(file))

    monkeypatch.setattr("skelshot.runs.kept_features.write_digested", refused)
    asked: dict[str, Any] = {"protocol": protocol(other_store), "run": copy, "shots": [1]}
    kept = evaluate(other_store, **asked | {"run": run})
    assert evaluate(other_store, **asked)["accuracy"] == kept["accuracy"]
    problem = errno.ENOSPC
    with pytest.raises(OSError, match="no"):
        evaluate(other_store, **asked)


def test_places_where_nothing_can_be_written_are_told_before_any_work(
    other_store: Store, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"protocol": protocol(other_store), "run": run, "shots": [1]}
    table = tmp_path / "table.csv"
    monkeypatch.setattr("skelshot.evaluation.evaluate_members._Job.evaluated", pytest.fail)
    with pytest.raises(SkelshotError, match="found as --out and as --queries, expected two files"):
        evaluate(other_store, out=tmp_path / "a" / ".." / "table.csv", queries=table, **asked)
    (tmp_path / "file").write_text("")
    with pytest.raises(SkelshotError, match=r"file: cannot be made .*; name another --out"):
        evaluate(other_store, out=tmp_path / "file" / "result.json", **asked)
    monkeypatch.setattr("os.access", lambda *_: False)
    for option, file in (("out", tmp_path / "result.json"), ("queries", table)):
        with pytest.raises(SkelshotError, match=rf"can only be read \(.*; name another --{option}"):
            evaluate(other_store, **{option: file}, **asked)


def test_a_call_that_was_stopped_can_be_repeated(
    other_store: Store, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of queries, which is never overwritten, is the last thing made."""
    asked: dict[str, Any] = {
        "protocol": protocol(other_store),
        "run": run,
        "shots": [1],
        "queries": tmp_path / "table.csv",
        "out": tmp_path / "result.json",
    }

    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("skelshot.evaluation.evaluate_members.judge", stopped)
        with pytest.raises(KeyboardInterrupt):
            evaluate(other_store, **asked)
    assert not list(tmp_path.iterdir())
    assert evaluate(other_store, **asked)["queries"] == str(tmp_path / "table.csv")


def test_what_cannot_be_mapped_is_named(toy_store: Store, run: Path, tmp_path: Path) -> None:
    raw, layout = tmp_path / "raw", layout_from("hand-21")
    raw.mkdir()
    joints = np.random.default_rng(0).normal(2, 0.1, (1, 9, 21, 3)).astype(np.float32)
    for number in range(6):
        label = ("wave", "fist")[number % 2]
        write_npz_clip(raw / f"{number}.npz", joints, label=label, layout=layout)
    hands = prepare("npz", raw, tmp_path / "hands", body_check="ignore")
    rule = NamedProtocol.model_validate({"name": "own", "novel": ["wave", "fist"]})
    expected = r"split-00: its encoder cannot read the clips of .*hands \(joint '.*\); choose a"
    with pytest.raises(SkelshotError, match=expected):
        evaluate(hands, protocol=rule, run=run, shots=[1])


def test_files_may_be_told_as_paths(other_store: Store, run: Path, tmp_path: Path) -> None:
    """Text, paths and runs in one list, and numbers of any kind."""
    rule = tmp_path / "own.yaml"
    novel = json.dumps(other_store.class_names[:3])
    rule.write_text(f"{{name: own, novel: {novel}, draws: 4}}")
    found = evaluate(
        str(other_store.path),
        protocol=rule,
        run=[str(run)],
        shots=(count for count in np.array([1, 2])),
        splits=np.array([0]),
        encoder_split=np.int64(1),
        out=str(tmp_path / "result.json"),
    )
    assert list(found["accuracy"]) == ["1", "2"]
    expected = evaluate(
        other_store, protocol=str(rule), run=Run.open(run), shots=[1], encoder_split=1
    )
    assert expected["accuracy"]["1"] == found["accuracy"]["1"]
