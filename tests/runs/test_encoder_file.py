"""Encoders without a run: by file, and by the name of weights that come with the package."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.encoders import load_packaged, packaged_file, save_encoder
from skelshot.front_door import evaluate
from skelshot.ground import SkelshotError
from skelshot.recognition.trained import trained_named
from skelshot.runs.encoder_file import EncoderRun
from skelshot.runs.encoders import RunEncoders
from skelshot.skeletons.inputs import AskedSides

BASE = "skelshot-base"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(folder: Path, **notes: str) -> Path:
    encoder, inputs = load_packaged(BASE)
    save_encoder(folder / "mine.safetensors", encoder, inputs=inputs, extra=notes)
    return folder / "mine.safetensors"


def test_a_file_whose_card_tells_of_another_is_refused(there: Path) -> None:
    file, card = saved(there), there / "mine.json"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    for text in (
        "no JSON",
        "[1]",
        "{}",
        json.dumps({"sha256": "0"}),
        json.dumps({"parameters": 1}),
    ):
        card.write_text(text)  # not cards: a result, say
        EncoderRun.of_file(file)
    card.write_text(json.dumps({"sha256": digest, "parameters": 1}))
    EncoderRun.of_file(file)
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    file.write_bytes(changed)
    told = r"mine\.safetensors: found SHA-256 .*as its card mine\.json says; fetch both again"
    with pytest.raises(SkelshotError, match=told):
        EncoderRun.of_file(file)
    with pytest.raises(SkelshotError, match=told):
        trained_named(file)


def listing(folder: Path) -> dict[Path, int]:
    return {
        file: file.stat().st_mtime_ns
        for file in folder.rglob("*")
        if "__pycache__" not in file.parts
    }


@pytest.mark.parametrize(
    ("option", "weights"),
    [("run", BASE), ("encoder", BASE), ("encoder", packaged_file(BASE))],
    ids=["run", "encoder", "encoder by its file"],
)
def test_packaged_weights_serve_a_store_and_nothing_is_written(
    toy_store: Store, there: Path, option: str, weights: Path | str
) -> None:
    package = packaged_file(BASE).parent
    before = listing(package)
    found = evaluate(toy_store, protocol="toy", shots=[1], splits=[0], **{option: weights})
    assert listing(package) == before
    assert not list(there.iterdir())
    assert found["file"] is None
    assert found["trained_on"]["run"] == BASE
    assert found["trained_on"]["data"].startswith(BASE)
    assert found["sides"]["sides"] == "matter"
    assert 0 < found["accuracy"]["1"]["mean"] <= 1
    assert str(package) not in json.dumps(found)


def test_where_sides_do_not_matter_each_view_s_mirror_image_is_looked_at_too(
    toy_store: Store,
) -> None:
    def views(*changes: str, sides: AskedSides = "ignore") -> list[tuple[float, bool]]:
        found = evaluate(
            toy_store,
            protocol="toy",
            run="skelshot-small",
            shots=[1],
            splits=[0],
            sides=sides,
            changes=changes,
        )
        return [
            (round(view["turn"]), view["mirror"]) for view in found["config"]["evaluate"]["views"]
        ]

    plain = [(0, False), (29, False), (-29, False)]
    assert views(sides="auto") == views(sides="matter") == plain
    assert views() == plain + [(turn, True) for turn, _ in plain]
    assert views("views=[{turn: 5}]") == [(5, False)]  # as one says oneself


def test_plain_views_that_are_asked_for_get_no_twins(toy_store: Store, tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        "encoder": saved(tmp_path),
        "preset": "smoke",
        "sides": "ignore",
        **WORDS,
    }
    for changes, mirrored in (((), [False, True]), (("views=[{}]",), [False])):
        found = evaluate(toy_store, changes=changes, **asked)
        views = found["config"]["evaluate"]["views"]
        assert [view["mirror"] for view in views] == mirrored


@pytest.mark.parametrize(
    ("given", "weight"),
    [
        ({}, 0.25),
        ({"beside": ["raw-dtw"]}, 0.25),
        ({"beside": ["raw-nearest"]}, 0.0),
        ({"beside": ["raw-dtw"], "run": None, "method": "raw-nearest"}, 0.0),
    ],
)
def test_weights_to_choose_begin_with_that_of_the_notes(
    toy_store: Store, given: dict[str, Any], weight: float
) -> None:
    asked = {"run": "skelshot-small", "protocol": "toy", "shots": [1], "splits": [0], **given}
    found = evaluate(toy_store, weights="leave-one-out", **asked)
    assert [member["weight"] for member in found["members"]] == [1, weight]


def test_a_word_that_is_no_weights(toy_store: Store) -> None:
    told = "--weights: found 'leave-one-ou', expected numbers or leave-one-out; did you mean"
    with pytest.raises(SkelshotError, match=told):
        evaluate(toy_store, protocol="toy", run=BASE, weights="leave-one-ou")  # type: ignore[arg-type]


def test_a_result_goes_where_it_is_told(toy_store: Store, there: Path) -> None:
    out = there / "base.json"
    words = {"protocol": "toy", "shots": [1], "splits": [0]}
    found = evaluate(toy_store, run=BASE, out=out, **words)
    assert json.loads(out.read_text())["accuracy"] == found["accuracy"]
    file = evaluate(toy_store, encoder=packaged_copy(there), **words)
    assert file["accuracy"]["1"]["mean"] == found["accuracy"]["1"]["mean"]


def packaged_copy(folder: Path) -> Path:
    copy = folder / "copy.safetensors"
    copy.write_bytes(packaged_file(BASE).read_bytes())
    return copy


def test_a_place_of_the_same_name_is_not_guessed_at(toy_store: Store, there: Path) -> None:
    (there / BASE).mkdir()
    with pytest.raises(SkelshotError, match="and a place here of that name; name the place by its"):
        evaluate(toy_store, protocol="toy", run=BASE)
    with pytest.raises(SkelshotError, match="holds no finished split"):
        evaluate(toy_store, protocol="toy", run=there / BASE)


@pytest.mark.parametrize("option", ["run", "encoder"])
def test_the_nearest_name_is_suggested(toy_store: Store, there: Path, option: str) -> None:
    with pytest.raises(SkelshotError, match=r"did you mean 'skelshot-base'\?") as caught:
        evaluate(toy_store, protocol="toy", **{option: "skelshot-bsae"})
    assert "\n" not in str(caught.value)


def test_classes_that_an_encoder_was_trained_on_are_told(toy_store: Store, tmp_path: Path) -> None:
    split = Split(0, (), (0, 1))
    names = [toy_store.class_names[1], "another"]
    run = EncoderRun.of_file(saved(tmp_path, trained_on="much", classes=json.dumps(names)))
    encoders = RunEncoders(run, 0)
    assert encoders.seen(toy_store, [split]) == names[:1]
    assert encoders.record([split])["data"] == "much"
    assert encoders.record([split])["base"] == names


@pytest.mark.parametrize("classes", ["{", "{}", "[1]", '"wave"', "null"])
def test_notes_that_are_no_classes(toy_store: Store, tmp_path: Path, classes: str) -> None:
    run = EncoderRun.of_file(saved(tmp_path, classes=classes))
    with pytest.raises(SkelshotError, match=r"notes, classes: found .*, expected a JSON list"):
        RunEncoders(run, 0).seen(toy_store, [Split(0, (), (0, 1))])


def test_encoders_of_other_data_are_an_ensemble(toy_store: Store, there: Path) -> None:
    """Neither tells its data's hash, so nobody takes them for encoders of the same data."""
    from skelshot.encoders import build_encoder

    encoder, inputs = load_packaged(BASE)
    other = there / "other.safetensors"
    fresh = build_encoder(encoder.spec, seed=1)
    save_encoder(other, fresh, inputs=inputs, extra={"classes": '["one"]'})
    found = evaluate(toy_store, protocol="toy", run=BASE, encoder=other, shots=[1], splits=[0])
    assert [member["trained_on"]["run"] for member in found["members"]] == [
        BASE,
        str(there / "other"),
    ]


WORDS = {"protocol": "toy", "shots": [1], "splits": [0]}
NOTE = {
    "name": "mine",
    "evaluate": {"readout": "flat"},
    "beside": ["raw-nearest"],
    "weights": [1.0, 0.25],
}


def test_an_encoder_s_own_matching_is_taken_where_nothing_else_is_asked_for(
    toy_store: Store, there: Path
) -> None:
    file = saved(there, matching=json.dumps(NOTE))
    found = evaluate(toy_store, encoder=file, **WORDS)
    assert [(one["method"], one["weight"]) for one in found["members"]] == [
        ("cosine", 1.0),
        ("raw-nearest", 0.25),
    ]
    assert {one["fusion"] for one in found["members"]} == {"z-scores"}
    told = evaluate(
        toy_store,
        encoder=file,
        beside=["raw-nearest"],
        weights=[1, 0.25],
        changes=["readout=flat"],
        out=there / "told.json",
        **WORDS,
    )
    assert told["accuracy"] == found["accuracy"]


@pytest.mark.parametrize("words", [{"beside": []}, {"method": "cosine"}, {"preset": "smoke"}])
def test_what_is_asked_for_comes_before_its_notes(
    toy_store: Store, there: Path, words: dict[str, Any]
) -> None:
    found = evaluate(toy_store, encoder=saved(there, matching=json.dumps(NOTE)), **words, **WORDS)
    assert not found["members"]


BAD_MATCHINGS = {
    "not JSON": ("{", "notes, matching, line 1, column 2: not valid JSON"),
    "no name": ("{}", "notes, matching, name: field required; write the file again"),
    "weights of another number": (
        json.dumps({**NOTE, "weights": [1.0]}),
        "notes, matching.*weights: found 1, expected 2",
    ),
    "an unknown method": (json.dumps({**NOTE, "beside": ["raw"]}), "--beside: found 'raw'"),
}


@pytest.mark.parametrize("case", BAD_MATCHINGS)
def test_a_damaged_matching_is_one_line(toy_store: Store, there: Path, case: str) -> None:
    note, message = BAD_MATCHINGS[case]
    with pytest.raises(SkelshotError, match=message) as caught:
        evaluate(toy_store, encoder=saved(there, matching=note), **WORDS)
    assert "\n" not in str(caught.value)
