"""Parts that other packages register, in all five groups, from the command line alone."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from skelshot.datasets.reader_family import READERS
from skelshot.datasets.store import Store
from skelshot.encoders import ENCODERS, read_header
from skelshot.experiments.toy import toy_actions, toy_clip
from skelshot.fewshot import METHODS
from skelshot.ground.seeding import rng_for
from skelshot.pretraining import STRATEGIES
from skelshot.teachers import TEACHERS, FeatureCache

Run = Callable[..., Any]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SITE = Path(__file__).parent / "outside_parts"
FAMILIES = (READERS, TEACHERS, ENCODERS, STRATEGIES, METHODS)
SMOKE = ("--protocol", "toy", "--preset", "smoke", "--split", 0)
MAKER = "of the package outside-parts: "


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution with the five examples and with parts that do not work; and a second one.

    In every group `unloadable` cannot be imported, `twice` is registered by both, and the first
    name that ships is taken.
    """
    folder = tmp_path / "site"
    folder.mkdir()
    modules = [*EXAMPLES.glob("own_*.py"), *SITE.glob("*.py")]
    for module in modules:
        (folder / module.name).write_text(module.read_text("utf-8"))
    points = (SITE / "entry_points.txt").read_text()
    again = ""
    for family in FAMILIES:
        group = f"[{family.group}]\n"
        twice = "twice = broken_readers:NoMethods\n"
        more = f"unloadable = broken_import:Any\n{family.shipped[0].name} = broken_import:Any\n"  # type: ignore[attr-defined]
        points = points.replace(group, f"{group}{twice}{more}")
        again += f"{group}{twice}"
    for name, text in {"outside-parts": points, "another": again}.items():
        info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    for module in modules:
        monkeypatch.delitem(sys.modules, module.stem, raising=False)


def test_all_five_from_raw_files_to_accuracy(run: Run, outside: None, tmp_path: Path) -> None:
    """Each step with a part from outside, in the presence of others that do not work."""
    raw, store, features, out = (tmp_path / name for name in ("raw", "store", "features", "run"))
    raw.mkdir()
    for label, (name, action) in enumerate(toy_actions().items()):
        for number in range(3):
            joints = toy_clip(action, rng_for("outside", label, number))
            np.savetxt(raw / f"{name}_{number}.csv", joints.reshape(joints.shape[1], 60))
    assert run("prepare", "csv", raw, "--out", store, "--option", "separator= ").code == 0
    words = ("--teacher", "words", "--option", "dim=16")
    assert run("teach", store, "--out", features, *words).code == 0
    parts = ("--strategy", "order", "--encoder", "tcn", "--set", "encoder.hidden=16")
    small = ("--set", "strategy.epochs=2", "--set", "strategy.pieces=2")
    trained = run("pretrain", store, *SMOKE, *parts, *small, "--out", out, "--json")
    assert trained.code == 0, trained.err
    assert (trained.json["strategy"], trained.json["encoder"]) == ("order", "tcn")
    assert list(trained.json["splits"][0]["seconds"]) == ["order"]
    options = yaml.safe_load((out / "split-00/config.yaml").read_text())["options"]
    assert options["encoder"] == {"name": "tcn", "hidden": 16}
    assert (options["strategy"]["name"], options["strategy"]["pieces"]) == ("order", 2)
    again = run("pretrain", store, *SMOKE, *parts, *small, "--out", out, "--json")
    assert again.json["splits"] == trained.json["splits"]  # a finished split is kept
    evaluated = ("evaluate", store, *SMOKE, "--run", out, "--shots", 1, "--json")
    told = run(*evaluated, "--method", "mahalanobis")
    assert told.code == 0, told.err
    assert told.json["method"] == "mahalanobis"
    listed = [method["name"] for method in run("methods", "--json").json["methods"]]
    assert listed[len(METHODS.shipped) :] == ["long", "mahalanobis"]
    begun = run("pretrain", store, *SMOKE, "--features", features, "--out", tmp_path / "transfer")
    assert begun.code == 0, begun.err  # the teacher's features, with what ships


CALLS: dict[str, Callable[[Path, Path, str], tuple[object, ...]]] = {
    "reader": lambda store, out, name: ("prepare", name, store, "--out", out),
    "teacher": lambda store, out, name: ("teach", store, "--out", out, "--teacher", name),
    "encoder": lambda store, out, name: (
        *("pretrain", store, *SMOKE, "--out", out),
        *("--encoder", name),
    ),
    "strategy": lambda store, out, name: (
        *("pretrain", store, *SMOKE, "--out", out),
        *("--strategy", name, "--set", "strategy.epochs=2"),
    ),
    "method": lambda store, out, name: (
        *("evaluate", store, *SMOKE, "--out", out),
        *("--method", name),
    ),
}
"""How each kind of part is asked for."""

WRONG = {
    "unloadable": f"{MAKER}cannot be imported (RuntimeError: no licence); mend or uninstall the",
    "twice": "of the package another and the package outside-parts: registered 2 times; uninstall",
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("kind", CALLS)
def test_the_same_faults_are_told_alike_for_all_kinds(
    run: Run, outside: None, toy_store: Store, tmp_path: Path, kind: str, name: str
) -> None:
    answer = run(*CALLS[kind](toy_store.path, tmp_path / "out", name))
    assert answer.code == 2
    assert f"{kind} '{name}' {WRONG[name]}" in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind)
def test_a_name_that_ships_stays_what_it_is(outside: None, family: Any) -> None:
    first = family.shipped[0]
    assert family.named(first.name) is first
    taken = f"{family.kind} {first.name!r} {MAKER}Skelshot has a part of that name; rename yours"
    assert taken in family.every()[1]


BAD_PARTS = {
    ("encoder", "thin"): "feature_map gives (2, 1, 3, 16, 1), expected (N, M, D, T', V') = (2, 1, ",
    ("encoder", "specless"): "found spec_type = <class 'dict'>, expected a sub-class of EncoderSp",
    ("method", "long"): "forward gives logits of shape",
    ("method", "heard"): "found reads = 'sound', expected one of vector, map, clip; mend or unin",
    ("method", "needy"): "cannot be made with its default options (TypeError: ",
    ("method", "optionless"): "found options_type = <class 'dict'>, expected a sub-class of Metho",
    ("strategy", "no-stage"): "found the class NoStage, expected a sub-class of skelshot.pretrain",
    ("strategy", "another"): "found name = 'order' in the class, expected 'another'",
    ("strategy", "episodic"): "Skelshot has a part of that name; rename yours",
    ("strategy", "abstract"): "lacks batches, forward",
    ("strategy", "optionless"): "found options_type = None, expected a sub-class of StageOptions",
    ("strategy", "nameless"): "its options lack the field `name: Literal['nameless'] = 'nameless'`",
    ("strategy", "unmade"): "RuntimeError: no licence; mend or uninstall it",
    ("strategy", "empty"): "batches gives [], expected lists of Items",
    ("strategy", "listing"): "load gives [1, 2], expected tensors by name",
    ("strategy", "raising"): "ZeroDivisionError: division by zero; mend or uninstall it",
    ("strategy", "lossless"): "forward gives {'accuracy': tensor(0.)}, expected tensors by name, `",
    ("strategy", "vector"): "forward gives loss of shape (2,), expected a scalar",
    ("strategy", "flat"): "forward gives a loss without a gradient",
}


@pytest.mark.parametrize(("kind", "name"), BAD_PARTS, ids="-".join)
def test_a_part_that_breaks_its_contract(
    run: Run, outside: None, toy_store: Store, tmp_path: Path, kind: str, name: str
) -> None:
    words = CALLS[kind](toy_store.path, tmp_path / "out", name)
    if name == "long":  # told where it is used
        small = ("--set", "encoder.width=0.125", "--strategy", "none", "--out", tmp_path / "run")
        assert run("pretrain", toy_store.path, *SMOKE, *small).code == 0
        words += ("--run", tmp_path / "run", "--shots", 1)
    answer = run(*words)
    assert answer.code == 2
    assert MAKER + BAD_PARTS[kind, name] in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_strategy_that_fails_in_the_middle(
    run: Run, outside: None, toy_store: Store, tmp_path: Path
) -> None:
    answer = run(*CALLS["strategy"](toy_store.path, tmp_path / "out", "late"))
    assert answer.code == 2
    assert f"strategy late {MAKER}ZeroDivisionError: division by zero; mend" in answer.err
    assert answer.err.strip().splitlines()[-1].startswith("skelshot: error: ")


def test_options_of_a_strategy_from_outside(
    run: Run, outside: None, toy_store: Store, tmp_path: Path
) -> None:
    words = CALLS["strategy"](toy_store.path, tmp_path / "out", "order")
    for assignment, told in {
        "strategy.peices=2": "found the unknown option 'peices', expected ",
        "strategy.pieces=9": "pieces: found 9; input should be less than or equal to 4",
    }.items():
        answer = run(*words, "--set", assignment)
        assert answer.code == 2
        assert told in answer.err
        assert answer.err.count("\n") == 1


def test_methods_that_do_not_work_are_listed(run: Run, outside: None) -> None:
    problems = run("methods", "--json").json["problems"]
    assert len(problems) == 6
    assert (
        f"method 'heard' {MAKER}found reads = 'sound', expected one of vector, map, clip; mend or "
        "uninstall the package outside-parts"
    ) in problems
    assert run("methods").out.splitlines()[-6:] == problems


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind)
def test_lists_tell_what_works_and_what_does_not(run: Run, outside: None, family: Any) -> None:
    name = family.group.removeprefix("skelshot.")
    document = run(name, "--json").json
    parts, problems = family.every()
    assert [part["name"] for part in document[name]] == [part.name for part in parts]
    assert document["problems"] == problems
    assert len(problems) > 3
    for part, listed in zip(parts, document[name], strict=True):
        ships = part in family.shipped
        assert listed["from"] == (None if ships else "the package outside-parts")
        assert not ships or listed["about"]
    lines = run(name).out.splitlines()
    assert lines[-len(problems) :] == problems
    assert any("of the package outside-parts" in line for line in lines[: -len(problems)])


def test_an_encoder_of_another_package(
    run: Run, outside: None, toy_store: Store, tmp_path: Path
) -> None:
    """The example's TCN from training in episodes to accuracy."""
    out = tmp_path / "run"
    words = ("--encoder", "tcn", "--set", "encoder.hidden=16", "--episodes", "ProtoNet")
    refused = run("pretrain", toy_store.path, *SMOKE, *words[:3], "encoder.width=1.0", "--out", out)
    assert refused.code == 2
    assert "unknown option 'width', expected name, layout" in refused.err
    trained = run("pretrain", toy_store.path, *SMOKE, *words, "--out", out)
    assert trained.code == 0, trained.err
    header = read_header(out / "split-00/checkpoints/encoder.safetensors")
    assert header.spec.model_dump()["hidden"] == 16
    evaluated = ("evaluate", toy_store.path, *SMOKE, "--run", out, "--shots", 1, "--json")
    for method in ("cosine", "soft-dtw"):
        told = run(*evaluated, "--method", method)
        assert told.code == 0, told.err
        assert 0 <= told.json["accuracy"]["1"]["mean"] <= 1


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    (tmp_path / "raw").mkdir()
    for name in ("jump_1", "wave_1"):
        frames = rng.normal(size=60) + rng.normal(0, 0.01, (20, 60)).cumsum(axis=0)
        np.savetxt(tmp_path / "raw" / f"{name}.csv", frames, delimiter=";")
    return tmp_path / "raw"


def test_a_reader_from_outside(run: Run, outside: None, tables: Path, tmp_path: Path) -> None:
    words = ("prepare", "csv", tables, "--out", tmp_path / "store")
    assert run(*words, "--option", "separator=;").code == 0
    store = Store.open(tmp_path / "store")
    assert store.class_names == ("jump", "wave")
    assert store.document.reader.options == {"separator": ";"}
    found = run("verify", tables)  # guessed by the endings; the usual separator does not fit
    assert found.code == 2
    assert "jump_1.csv: found" in found.out
    assert "csv" in run("prepare", "-h").out


def test_a_pose_estimator_from_outside(run: Run, outside: None, tmp_path: Path) -> None:
    pytest.importorskip("av")
    from skelshot.videos.encode import write_video

    pictures = np.zeros((12, 120, 160, 3), np.uint8)
    for number, picture in enumerate(pictures[1:]):
        picture[20:110, 20 + 9 * number : 40 + 9 * number] = 255
    video = tmp_path / "post.mp4"
    write_video(video, pictures, fps=10)
    words = ("pose", video, "--out", tmp_path / "post.npz", "--backend")
    told = run(*words, "box", "--option", "least=0.3", "--json")
    assert told.code == 0, told.err
    (clip,) = told.json["clips"]
    assert (clip["layout"], clip["present"], clip["frames"]) == ("coco-17", 11, 12)
    with np.load(tmp_path / "post.npz") as kept:
        hips = kept["joints"][0, 1:, 11:13, 0].mean(axis=1)
        assert (np.diff(hips) < 0).all()  # x grows to the left
    assert "found the unknown option 'most'" in run(*words, "box", "--option", "most=1").err
    broken = run(*words, "unloadable")
    assert (broken.code, broken.err.count("\n")) == (2, 1)
    assert f"pose estimator 'unloadable' {MAKER}cannot be imported" in broken.err


REFUSALS = {
    "an unknown option": (
        ("csv", "--option", "seperator=;"),
        "reader csv, options: found the unknown option 'seperator', expected separator; did you "
        "mean 'separator'?",
    ),
    "a bad value": (("csv", "--option", "separator=ab"), "reader csv, options, separator: found"),
    "no assignment": (
        ("csv", "--option", "separator"),
        "--option: found 'separator', expected",
    ),
    "twice": (
        ("csv", "--option", "separator=;", "--option", "separator=,"),
        "--option: names 'separator' twice",
    ),
    "a word of others": (
        ("csv", "--units", "feet"),
        "--units: the format is csv, but only npz",
    ),
    "near": (
        ("csvv",),
        "format: found 'csvv', expected one of nw-ucla, ntu, pku-mmd, msr-action-pairs, npz, "
        "pyskl, kinder-gator, ui-prmd, text, store, ",
    ),
    "no methods": (
        ("no-methods",),
        "of the package outside-parts: lacks class_names,",
    ),
    "another name": (("other",), "of the package outside-parts: found name = 'another'"),
    "a mistake in it": (
        ("raising",),
        "reader raising of the package outside-parts: LookupError: no such joint; mend or unin",
    ),
    "no clips": (
        ("telling",),
        "reader telling of the package outside-parts: yielded str, expected Clip or Rejected",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_readers_refuse_in_one_line(
    run: Run, outside: None, tables: Path, tmp_path: Path, refusal: str
) -> None:
    words, message = REFUSALS[refusal]
    answer = run("prepare", words[0], tables, "--out", tmp_path / "store", *words[1:])
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1


def test_a_teacher_from_outside(run: Run, outside: None, toy_store: Store, tmp_path: Path) -> None:
    out = tmp_path / "features"
    words = ("teach", toy_store.path, "--out", out, "--teacher")
    assert run(*words, "words", "--option", "dim=16").code == 0
    cache = FeatureCache.open(out)
    assert (cache.teacher, cache.dim) == ("words", 16)
    assert "words" in run("teach", "-h").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("wrds",), "--teacher wrds: unknown teacher, expected minilm, "),
        (("wrds",), "did you mean 'words'?"),
        (("words", "--option", "dim=0"), "teacher words, options, dim: found '0'; input should"),
        (("words", "--device", "cuda"), "--device cuda: the teacher words has no device; leave"),
        (
            ("no-teacher",),
            "of the package outside-parts: found the class NoTeacher, exp",
        ),
        (("mute",), "of the package outside-parts: lacks encode_text, fingerprint"),
        (
            ("narrow",),
            "narrow of the package outside-parts: returned shape (1, 4) for 1 texts",
        ),
        (("listing",), "listing of the package outside-parts: returned list for 1 texts, expected"),
        (("minilm", "--frames", 3), "--frames 3: the teacher minilm has no frames; leave it out"),
    ],
)
def test_teachers_refuse_in_one_line(
    run: Run,
    outside: None,
    toy_store: Store,
    tmp_path: Path,
    words: tuple[object, ...],
    message: str,
) -> None:
    answer = run("teach", toy_store.path, "--out", tmp_path / "f", "--teacher", *words)
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("family", [READERS, TEACHERS], ids=lambda family: family.kind)
def test_every_part_is_on_a_page(family: Any) -> None:
    docs = EXAMPLES.parent / "docs"
    pages = "".join(page.read_text("utf-8") for page in docs.glob("*.md"))
    for part in family.shipped:
        assert f"`{part.name}`" in pages or f"prepare {part.name} " in pages
