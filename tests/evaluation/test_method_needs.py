"""What a method needs besides features is asked for before any clip is encoded."""

from pathlib import Path

import pytest

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.store import Store
from skelshot.evaluation.evaluate_members import evaluate_members
from skelshot.evaluation.member import Member
from skelshot.evaluation.options import EvaluateOptions
from skelshot.experiments.settings import load_settings
from skelshot.fewshot import FewShotMethod
from skelshot.fewshot.apsr import APSR
from skelshot.fewshot.maml import MAML
from skelshot.ground import SkelshotError
from skelshot.pretraining.pretrain import pretrain
from skelshot.runs import Run
from skelshot.runs.features import RunFeatures

PROTOCOL = protocol_named("toy")


@pytest.fixture(scope="module")
def run(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    small = ("strategy=none", "episodes=maml", "input.frames=8", "episodic.epochs=1")
    chosen = load_settings("smoke", layout="kinect-v1", assignments=small).pretrain
    out = tmp_path_factory.mktemp("runs") / "run"
    pretrain(toy_store, PROTOCOL, PROTOCOL.split_list(toy_store)[:1], chosen, out)
    return out


@pytest.fixture
def no_features(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: RunFeatures, *asked: object) -> None:
        raise AssertionError("features were made")

    monkeypatch.setattr(RunFeatures, "__call__", never)


def refused(store: Store, method: FewShotMethod, run: Path, message: str) -> None:
    with pytest.raises(SkelshotError, match=message) as caught:
        evaluate_members(store, PROTOCOL, [Member(Run(run), method, EvaluateOptions())], [1])
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_features")
def test_memory_for_the_steps(toy_store: Store, run: Path) -> None:
    little = MAML.from_options({"memory_mb": 0.05})
    refused(toy_store, little, run, r"of 4 classes and 1 exemplars .* memory_mb allows 0\.05")


@pytest.mark.usefixtures("no_features")
def test_what_reads_the_names(toy_store: Store, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skelshot.teachers.models.minilm.find_spec", lambda package: None)
    refused(toy_store, APSR(), run, r"teacher minilm: .* is not installed; pip install")
    refused(toy_store, APSR.from_options({"teacher": "word2vec"}), run, "unknown teacher")


def test_results_say_who_read_the_names(toy_store: Store, run: Path) -> None:
    method = APSR.from_options({"teacher": "random-code"})
    named = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), method, EvaluateOptions())], [1]
    )
    plain = evaluate_members(
        toy_store, PROTOCOL, [Member(Run(run), MAML(), EvaluateOptions())], [1]
    )
    assert named["config"]["uses_class_names"] is True
    assert plain["config"]["uses_class_names"] is False
    assert method.weights is not None
    assert len(method.weights) == len(toy_store.class_names)
