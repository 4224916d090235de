"""Explanations by name: run, clips and exemplars in, attributions in the clips' own frames out."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import skelshot as sk
from skelshot.cli import main
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store.reader import StoreReader
from skelshot.explain import Explanation
from skelshot.explain.explanation_files import describe

QUICK = {"search_steps": 6, "halvings": 4, "steps": 3}


@pytest.fixture(scope="module")
def run(toy_store: sk.Store, tmp_path_factory: pytest.TempPathFactory) -> sk.Run:
    """One split of a small AGCN, trained for a moment."""
    out = tmp_path_factory.mktemp("runs") / "run"
    return sk.pretrain(
        toy_store, out, protocol="toy", preset="smoke", splits=[0], strategy="supervised",
        device="cpu", changes=["strategy.epochs=1", "input.streams=[joint,bone,joint-motion]"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def novel(toy_store: sk.Store, run: sk.Run) -> list[str]:
    """Clips of the novel classes, in the order of the store."""
    names = run.split(0).config["novel"]
    return [clip.name for clip in toy_store.clips if toy_store.class_names[clip.label] in names]


def test_the_attribution_is_in_the_clips_own_joints_and_frames(
    toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    found = sk.explain_clips(run, *novel[1:4], store=toy_store, device="cpu", **QUICK)
    assert [one.clip for one in found] == novel[1:4]
    for one in found:
        clip = toy_store.sequence(toy_store.index_of(one.clip))
        told = one.attribution
        assert told.values.shape == (3, clip.frames, 20, clip.persons)
        assert told.importance().shape == (clip.frames, 20, clip.persons)
        assert told.values.isfinite().all()
        assert told.method == "big"
        assert isinstance(told.boundary_found, bool)
        assert told.boundary_distance is not None
        assert told.boundary_distance > 0
        assert one.label == one.predicted == one.classes[told.label]
        assert all(one.clip not in names for names in one.exemplars.values())


def test_the_answers_are_those_of_an_evaluation(
    toy_store: sk.Store, run: sk.Run, tmp_path: Path
) -> None:
    table = tmp_path / "queries.parquet"
    changes = ["precision=float32"]
    sk.evaluate(
        toy_store, protocol="toy", run=run, method="protonet", shots=[1], splits=[0],
        queries=table, device="cpu", out=tmp_path / "r.json", changes=changes,
    )  # fmt: skip
    rows = sk_queries(table)
    clips = list(rows)[:5]
    found = sk.explain_clips(
        run, *clips, store=toy_store, method="protonet", attribution="random", device="cpu",
        changes=changes,
    )  # fmt: skip
    assert [one.predicted for one in found] == [rows[clip] for clip in clips]


def sk_queries(table: Path) -> dict[str, str]:
    """Predicted classes by clip, of the first draw."""
    import pyarrow.parquet as pq

    read = pq.read_table(table).to_pylist()
    return {row["clip"]: row["predicted"] for row in reversed(read) if row["draw"] == 0}


def test_exemplars_by_name_and_a_class_of_ones_own(
    toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    by_class: dict[str, list[str]] = {}
    for name in novel:
        by_class.setdefault(toy_store.class_of(toy_store.index_of(name)) or "", []).append(name)
    (one, first), (other, second) = list(by_class.items())[:2]
    (found,) = sk.explain_clips(
        run, first[3], store=toy_store, support=[*first[:2], *second[:2]], label=other,
        attribution="ig", method="protonet", device="cpu",
    )  # fmt: skip
    assert found.exemplars == {one: tuple(first[:2]), other: tuple(second[:2])}
    assert found.label == other
    assert found.attribution.completeness_gap is not None


@pytest.mark.parametrize("method", [
    "cosine", "linear", "protonet", "nearest", "subspace", "rfs", "soft-dtw", "raw-nearest",
])  # fmt: skip
def test_every_method_has_a_gradient_or_offers_occlusion(
    method: str, toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    try:
        (found,) = sk.explain_clips(
            run, novel[2], store=toy_store, method=method, attribution="saliency", device="cpu"
        )
    except sk.SkelshotError as error:
        assert "has no gradient; choose --attribution occlusion" in str(error)  # noqa: PT017
        (found,) = sk.explain_clips(
            run, novel[2], store=toy_store, method=method, attribution="occlusion", device="cpu",
            blocks=1,
        )  # fmt: skip
    assert found.attribution.importance().any()


def test_an_answer_that_looks_at_other_queries_is_asked_about_one(
    toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    """Two clips at once are explained as each alone, though the method is transductive."""
    changes = ["classifiers.cosine={entropy: query}"]

    def ask(*names: str) -> list[torch.Tensor]:
        found = sk.explain_clips(
            run, *names, store=toy_store, attribution="saliency", device="cpu", changes=changes
        )
        return [one.attribution.values for one in found]

    both = ask(*novel[2:4])
    for one, name in zip(both, novel[2:4], strict=True):
        torch.testing.assert_close(one, ask(name)[0], rtol=1e-3, atol=1e-6)


def test_soft_dtw_tells_its_path(toy_store: sk.Store, run: sk.Run, novel: list[str]) -> None:
    """The parts of a clip add up to its likeness to the class: logit without smoothing and all."""
    (found,) = sk.explain_clips(
        run, novel[2], store=toy_store, method="soft-dtw", attribution="alignment", device="cpu",
        changes=["classifiers.soft-dtw={gamma: 1.0e-6, divergence: false}"],
    )  # fmt: skip
    values = found.attribution.values
    encoder = run.split(0).encoder()
    frames = encoder.feature_map(torch.zeros(1, *clip_shape(run))).shape[3]
    # on a path of n steps, costs 1 - cos add up to minus the logit
    steps = values.sum().item() - found.logits.max().item()
    assert steps == pytest.approx(round(steps), abs=1e-2)
    assert frames <= round(steps) <= 2 * frames - 1


def test_dastm_tells_its_joints(toy_store: sk.Store, run: sk.Run, novel: list[str]) -> None:
    (found,) = sk.explain_clips(
        run, novel[2], store=toy_store, method="dastm", attribution="alignment", device="cpu",
        changes=["classifiers.dastm={activation: false}"], target="margin",
    )  # fmt: skip
    values = found.attribution.values
    assert values.isfinite().all()
    assert found.attribution.importance().sum((0, 2)).unique().numel() > 10, "joints differ"


def clip_shape(run: sk.Run) -> tuple[int, ...]:
    encoder = run.split(0).encoder()
    return encoder.channels, encoder.frames, encoder.num_joints, encoder.persons


def test_random_weights_give_another_map(
    toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    from dataclasses import replace

    from skelshot.datasets.protocols import protocol_named
    from skelshot.evaluation.member import ReadyMember
    from skelshot.experiments.members import member_of
    from skelshot.explain import Explainer

    member = member_of(toy_store, run, sk.METHODS.named("protonet"))
    protocol = protocol_named("toy")
    ready = ReadyMember.of(member, toy_store, protocol, [0], None)
    task = protocol.tasks(toy_store, ready.splits[0], 1)[0]
    explainer = Explainer(ready, ready.splits[0], sk.ATTRIBUTIONS.named("saliency")())
    trained, forgotten, again = (
        each.explain([int(task.queries[0])], [task])[0].attribution.values
        for each in (explainer, replace(explainer, forget=0), replace(explainer, forget=0))
    )
    assert torch.equal(forgotten, again)
    assert not torch.allclose(trained, forgotten)


@pytest.mark.parametrize("method", ["protonet", "soft-dtw"])
def test_the_nearest_of_several_exemplars_is_the_one_that_alone_says_most(
    method: str, toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    by_class: dict[str, list[str]] = {}
    for name in novel:
        by_class.setdefault(toy_store.class_of(toy_store.index_of(name)) or "", []).append(name)
    (one, first), (_, second) = list(by_class.items())[:2]

    def ask(*support: str) -> Explanation:
        (found,) = sk.explain_clips(
            run, first[7], store=toy_store, support=support, label=one, method=method,
            attribution="random", device="cpu",
        )  # fmt: skip
        return found

    alone = {name: float(ask(name, second[0]).logits[0]) for name in first[1:4]}
    assert ask(*first[1:4], *second[1:4]).nearest == max(alone, key=alone.__getitem__)


def test_files_hold_what_was_found(
    toy_store: sk.Store, run: sk.Run, novel: list[str], tmp_path: Path
) -> None:
    (found,) = sk.explain_clips(
        run, novel[1], store=toy_store, attribution="saliency", device="cpu",
        out=tmp_path / "out", pictures=["svg"],
    )  # fmt: skip
    assert found.file is not None
    kept = load_file(found.file)
    assert torch.equal(kept["values"], found.attribution.values)
    assert torch.equal(kept["importance"], found.attribution.importance())
    names = [f"{novel[1]}.svg", f"{novel[1]}-beside-exemplar.svg"]
    assert [picture.name for picture in found.pictures] == names
    assert all(picture.read_text().startswith("<?xml") for picture in found.pictures)
    line = json.loads((tmp_path / "out" / "explanations.jsonl").read_text())
    assert line == describe(found)


def test_the_command(
    toy_store: sk.Store, run: sk.Run, novel: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    words = ["explain", str(run.path), *novel[1:3], "--store", str(toy_store.path), "--device",
             "cpu", "--option", "search_steps=4", "--option", "steps=2"]  # fmt: skip
    main([*words, "--out", str(tmp_path / "a"), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert {"label", "boundary_found", "completeness_gap", "pictures"} <= set(document)
    assert [told["clip"] for told in document["clips"]] == novel[1:3]
    pictures = [picture for told in document["clips"] for picture in told["pictures"]]
    assert document["pictures"] == pictures
    assert [Path(picture).stat().st_size > 10_000 for picture in pictures] == [True] * 4
    main([*words, "--out", str(tmp_path / "b"), "--pictures"])
    assert "boundary" in capsys.readouterr().out
    one, other = ((tmp_path / folder / f"{novel[1]}.safetensors").read_bytes() for folder in "ab")
    assert one == other
    assert not list((tmp_path / "b").glob("*.png"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"label": "wink"}, "--label: found 'wink', expected a class"),
        ({"label": "BASE"}, "is not in the support, expected one of"),
        ({"clips": ["nobody"]}, "no clip is called 'nobody'"),
        ({"clips": []}, "clips: found none, expected at least one name"),
        ({"clips": ["SAME", "SAME"]}, "twice, expected each once"),
        ({"support": ["SAME"]}, "--support: found 1 of .*, expected equally many clips of two"),
        ({"attribution": "bigg"}, "--attribution: found 'bigg'"),
        ({"attribution": "alignment"}, "few-shot method cosine aligns no feature maps"),
        ({"stepz": 3}, "found the unknown option 'stepz'"),
        ({"pictures": ["bmp"]}, "--pictures: found 'bmp', expected some of png, svg, pdf, gif"),
        ({"fps": 0}, "--fps: found 0, expected 1 to 240"),
        ({"split": 3}, "--split 3: the protocol has the splits 0 to 2"),
        ({"method": "dastm"}, "has weights of its own"),
    ],
)
def test_what_cannot_be_explained_is_one_line(
    changes: dict[str, object], told: str, toy_store: sk.Store, run: sk.Run, novel: list[str]
) -> None:
    base = run.split(0).config["base"][0]
    words = {"SAME": novel[1], "BASE": base}
    settled = {
        key: [words.get(one, one) for one in value] if isinstance(value, list) else
        words.get(str(value), value)
        for key, value in changes.items()
    }  # fmt: skip
    clips = settled.pop("clips", [novel[1]])
    with pytest.raises(sk.SkelshotError, match=told) as error:
        sk.explain_clips(run, *clips, store=toy_store, device="cpu", **settled)  # type: ignore[arg-type, misc]
    assert "\n" not in str(error.value)


def test_clips_of_another_layout_are_refused(
    toy_store: sk.Store, run: sk.Run, novel: list[str], tmp_path: Path
) -> None:
    prepare(StoreReader("openni-15"), toy_store.path, tmp_path / "store")
    with pytest.raises(sk.SkelshotError, match="openni-15") as error:
        sk.explain_clips(run, novel[0], store=tmp_path / "store", protocol="toy", device="cpu")
    assert "\n" not in str(error.value)
