"""`evaluate --method NAME` on runs: every method, its weights, and what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.evaluation.answers import judge
from skelshot.evaluation.each_split import answer_each_split
from skelshot.evaluation.evaluate import draw_tasks, evaluate
from skelshot.evaluation.evaluate_members import evaluate_members
from skelshot.evaluation.member import Member
from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import METHODS, Feat, FewShotMethod, ProtoNet, Subspace, View
from skelshot.ground import SkelshotError
from skelshot.pretraining.pretrain import pretrain
from skelshot.pretraining.starting_run import StartingRun
from skelshot.runs.embedding import encode_clips
from skelshot.runs.encoders import RunEncoders
from skelshot.runs.features import RunFeatures, seen_from
from skelshot.runs.folder import split_folder
from skelshot.runs.run import Run

PROTOCOL = protocol_named("toy")
MakeRun = Callable[..., Path]


@pytest.fixture(scope="session")
def make_run(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> MakeRun:
    """Pre-train a small encoder on some splits, once for each set of choices."""
    made: dict[tuple[object, ...], Path] = {}

    def make(*assignments: str, splits: int = 1, start: Path | None = None) -> Path:
        key = (*assignments, splits, start)
        if key not in made:
            chosen = load_settings("smoke", layout="kinect-v1", assignments=assignments)
            made[key] = tmp_path_factory.mktemp("runs") / "run"
            every = PROTOCOL.split_list(toy_store)[:splits]
            begin = StartingRun(start) if start else None
            pretrain(toy_store, PROTOCOL, every, chosen.pretrain, made[key], start=begin)
        return made[key]

    return make


TRAINED = (
    "strategy.epochs=10",
    "strategy.head=cosine",
    "strategy.batch=8",
)
EPISODES = ("episodic.epochs=2", "episodic.episode.per_epoch=10")


@pytest.mark.parametrize("kind", METHODS.shipped, ids=lambda kind: kind.name)
def test_every_method_is_above_chance_with_one_exemplar(
    kind: type[FewShotMethod], toy_store: Store, make_run: MakeRun, tmp_path: Path
) -> None:
    """Four novel classes: chance is 0.25; ten draws give 280 queries."""
    further_options: dict[str, dict[str, object]] = {
        # Plain dot products favour long features, which the few clips here do not even out.
        "linear": {"unit_features": True},
        # Reads names without the extra; what they mean matters little here.
        "apsr": {"teacher": "random-code"},
    }
    method = kind.from_options(further_options.get(kind.name, {}))
    run = None
    if method.reads != "clip":  # clip methods do not use the encoder
        run = make_run(*TRAINED)
    if method.has_weights:
        run = make_run("strategy=none", f"episodes={method.name}", *EPISODES, start=run)
    options = EvaluateOptions()
    document = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), method, options)], [1], out=tmp_path / "result.json"
    )
    assert document["accuracy"]["1"]["mean"] > 0.4


def test_subspaces_take_clips_and_their_mirrored_twins(toy_store: Store, make_run: MakeRun) -> None:
    run, split = make_run(*TRAINED), PROTOCOL.split_list(toy_store)[0]
    options = EvaluateOptions(views=(View(turn=20),))
    found = RunFeatures(toy_store, Subspace(), options, RunEncoders(Run(run)))(split, [3, 5])
    trained = Run(run).split(split.index)
    encoder = trained.encoder()
    twins = EvaluateOptions(views=(View(turn=20, mirror=True),))
    assert seen_from(options, View(mirror=True)) == twins
    for place, chosen in enumerate((options, twins)):
        expected = encode_clips(encoder, toy_store, trained.inputs, [3, 5], chosen)
        assert torch.equal(found[:, place], expected)
    assert not torch.allclose(found[:, 0], found[:, 1])


def test_twins_are_not_lost_in_an_average_over_mirrored_views(
    toy_store: Store, make_run: MakeRun, tmp_path: Path
) -> None:
    """Clip and twin, each averaged over both sides, would be one and the same."""
    run = make_run(*TRAINED)
    both = EvaluateOptions(views=(View(turn=20), View(turn=-20, mirror=True)))
    documents = [
        evaluate_members(toy_store, PROTOCOL, [Member(Run(run), method, both)], [1], sides="ignore")
        for method in (ProtoNet(), Subspace(), Subspace.from_options({"uncentred": True}))
    ]
    averaged = [document["config"]["evaluate"]["views"] for document in documents]
    assert [len(views) for views in averaged] == [2, 1, 2]
    plain = EvaluateOptions(views=both.views[:1])
    alone = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), Subspace(), plain)], [1], sides="ignore"
    )
    assert alone["accuracy"] == documents[1]["accuracy"]


def test_each_split_gets_its_own_weights(toy_store: Store, make_run: MakeRun) -> None:
    run = make_run("strategy=none", "episodes=feat", splits=2)
    splits = PROTOCOL.split_list(toy_store)[:2]
    options = EvaluateOptions()
    document = evaluate_members(toy_store, PROTOCOL, [Member(Run(run), Feat(), options)], [1])
    weights = []
    for number, split in enumerate(splits):
        method = Run(run).split(split.index).method(Feat(), options.readout)
        source = RunFeatures(toy_store, method, options, RunEncoders(Run(run)))
        (alone,) = evaluate(toy_store, PROTOCOL, [split], method, [1], source)
        assert document["accuracy"]["1"]["per_split"][number] == alone.per_split[0]
        weights.append(method.state_dict()["attention.value.weight"])
    assert not torch.equal(*weights)
    assert document["config"]["method"]["lr_factor"] == Feat().options.lr_factor


def test_splits_one_by_one_give_what_all_together_give(toy_store: Store, make_run: MakeRun) -> None:
    run, splits = make_run("strategy=none", splits=2), PROTOCOL.split_list(toy_store)
    method, shots = ProtoNet(), [1, 3]
    source = RunFeatures(toy_store, method, EvaluateOptions(), RunEncoders(Run(run)))
    together = evaluate(toy_store, PROTOCOL, splits[:2], method, shots, source)
    seconds: dict[str, float] = {}
    tasks = draw_tasks(toy_store, PROTOCOL, splits[:2], shots)
    answers = answer_each_split(toy_store, splits[:2], [method, method], tasks, source, seconds)
    each = [judge(toy_store, PROTOCOL, splits[:2], of_shots) for of_shots in answers]
    assert set(seconds) == {"features", "1-shot", "3-shot"}
    for one, other in zip(together, each, strict=True):
        assert torch.equal(one.confusion, other.confusion)
        one_values, other_values = vars(one) | {"confusion": 0}, vars(other) | {"confusion": 0}
        assert one_values == other_values


def refused(
    store: Store, method: FewShotMethod, run: Path | None, message: str, shots: int = 1
) -> None:
    member = Member(None if run is None else Run(run), method, EvaluateOptions())
    with pytest.raises(SkelshotError, match=message) as caught:
        evaluate_members(store, PROTOCOL, [member], [shots])
    assert "\n" not in str(caught.value)


def test_a_run_without_the_weights_is_refused(
    toy_store: Store, make_run: MakeRun, tmp_path: Path
) -> None:
    plain = make_run("strategy=none", splits=2)
    refused(
        toy_store,
        Feat(),
        plain,
        "method feat: has weights .* was pre-trained with --episodes none and holds none; "
        "pretrain with --episodes feat",
    )
    refused(toy_store, Feat(), None, "method feat: has weights of its own; give --run RUN")
    trained = make_run("strategy=none", "episodes=feat", splits=2)
    scaled = ProtoNet.from_options({"learn_scale": True})
    refused(toy_store, scaled, trained, "found the weights of method feat, expected .* protonet")
    shutil.copytree(trained, tmp_path / "run")
    weights = split_folder(tmp_path / "run", 1) / "checkpoints" / "method.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    refused(toy_store, Feat(), tmp_path / "run", "method.safetensors: damaged or not")


def test_weights_for_another_readout_are_refused(toy_store: Store, make_run: MakeRun) -> None:
    run = make_run("strategy=none", "episodes=feat", splits=2)
    with pytest.raises(SkelshotError, match=r"of shape \(32,\), this evaluation reads \(640,\)"):
        evaluate_members(
            toy_store, PROTOCOL, [Member(Run(run), Feat(), EvaluateOptions(readout="joints"))], [1]
        )


def test_shots_a_method_cannot_take_are_refused_before_any_work(
    toy_store: Store, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: RunFeatures, split: Split, indices: object) -> None:
        raise AssertionError("features were made")

    run = make_run("strategy=none", splits=2)
    monkeypatch.setattr(RunFeatures, "__call__", never)
    lonely = Subspace.from_options({"mirror": "never"})
    refused(toy_store, lonely, run, "method subspace: found 1 exemplar a class and mirror=never")
