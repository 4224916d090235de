"""`import skelshot`: what it gives, how light it is, and the four steps by name."""

import subprocess
import sys
from pathlib import Path

import pytest

import skelshot as sk
from skelshot.experiments.toy import write_toy_clips

GIVEN = [
    "AGCN", "ATTRIBUTIONS", "CTRGCN", "CosineClassifier", "ENCODERS", "Encoder",
    "EvaluateOptions", "FeatureCache", "FewShotMethod", "FewShotSkeletonClassifier", "InputSpec",
    "METHODS", "NamedProtocol",
    "PretrainOptions", "ProtoNet", "READERS", "Recognizer", "Run", "STGCN", "STRATEGIES",
    "SkeletonEncoder", "SkeletonLayout", "SkeletonSequence", "SkelshotError", "SplitRun", "Stage",
    "Store", "TEACHERS", "check",
    "compare", "evaluate", "explain_clips", "load_encoder", "prepare", "pretrain",
    "protocol_named", "show", "teach",
]  # fmt: skip


def test_what_is_given_is_frozen() -> None:
    """A name that goes breaks programs; one that comes is said in the change log."""
    assert sk.__all__ == GIVEN
    for name in GIVEN:
        assert getattr(sk, name) is not None
        assert name in dir(sk)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sk.nonsense


def test_nothing_heavy_is_imported_before_it_is_asked_for() -> None:
    heavy = "('torch', 'numpy', 'pydantic', 'sklearn')"
    code = f"import sys, skelshot; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_takes_long_to_load_is_not_loaded_before_it_is_needed() -> None:
    """Matplotlib where a picture is drawn, scipy.optimize where people are matched."""
    rooms = ("front_door", "recognition.intake", "recognition.streams.sources", "pose")
    modules = ", ".join(f"skelshot.{room}" for room in (*rooms, "videos.crop_picture"))
    heavy = "('matplotlib', 'scipy.optimize', 'scipy.stats', 'sklearn')"
    code = f"import sys, {modules}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_four_steps(tmp_path: Path) -> None:
    write_toy_clips(tmp_path / "raw", performers=2, repetitions=2)
    store = sk.prepare("npz", tmp_path / "raw", tmp_path / "store")
    features = sk.teach(store, tmp_path / "features", teacher="random-code", seed=3)
    with pytest.raises(sk.SkelshotError, match="every: rendered pictures have the skeletons' own"):
        sk.teach(store, tmp_path / "f", teacher="mini", videos="rendered", every=2)
    run = sk.pretrain(
        store, tmp_path / "run", protocol="toy", preset="smoke", splits=[0], features=features,
        changes=["strategy.epochs=1"],
    )  # fmt: skip
    assert run.split(0).config["options"]["strategy"]["name"] == "transfer"
    for strategy in ("supervised", "none"):
        with pytest.raises(sk.SkelshotError, match=f"--features: the strategy {strategy} reads no"):
            sk.pretrain(
                store, tmp_path / "other", protocol="toy", preset="smoke", features=features,
                strategy=strategy,
            )  # fmt: skip
    result = sk.evaluate(store, protocol="toy", run=run, shots=[1], preset="smoke")
    again = sk.evaluate(
        tmp_path / "store", protocol="toy", run=tmp_path / "run", shots=[1], preset="smoke"
    )
    assert result["accuracy"]["1"]["mean"] == again["accuracy"]["1"]["mean"]
    assert run.split(0).embed(store, [0, 1]).shape[0] == 2
    with pytest.raises(sk.SkelshotError, match=r"--method: found 'cosin', .* mean 'cosine'"):
        sk.evaluate(store, protocol="toy", run=run, method="cosin")
