"""Weights, features and accuracies that a change of the house must leave as they are.

`golden.json` was written before the change it guards: digests of the weights after a few steps of
each strategy and of episodes with each method, and what an evaluation makes of them. Digests hold
for one machine, build and number of threads; elsewhere samples of the weights are compared.
Write it anew, where a named fault explains the difference, with
`python tests/golden/test_golden.py`.
"""

import json
import platform
import re
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from skelshot.cli import main
from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground.environment import processor_name

RECORD = Path(__file__).with_name("golden.json")
USUAL = (
    "--preset",
    "smoke",
    "--protocol",
    "toy",
    "--split",
    "0",
    "--set",
    "loop.precision=32-true",
)
EPISODES = ("--strategy", "none", "--set", "episodic.episode.per_epoch=2")

RUNS: dict[str, tuple[str, ...]] = {
    "supervised": (),
    "st-gcn": ("--encoder", "st-gcn", "--set", "encoder.partition=hops"),
    "ctr-gcn": ("--encoder", "ctr-gcn", "--set", "supervised.backwards_classes=true"),
    "transfer": ("--features", "TEXTS"),
    "contrast": (
        "--features", "VIDEOS", "--set", "transfer.representation=video",
        "--set", "transfer.loss=contrast", "--set", "transfer.labels.weight=0.5",
    ),
    "byol": ("--strategy", "byol"),
    "aimclr": ("--strategy", "aimclr"),
    "crossclr": (
        "--strategy", "aimclr", "--set", "input.streams=[joint]",
        "--set", "aimclr.mining=cross-stream", "--set", "aimclr.further_streams=[bone]",
    ),
    "then episodes": ("--episodes", "cosine", "--set", "episodic.backwards_classes=true"),
    **{
        f"episodes of {name}": (*EPISODES, "--episodes", name)
        for name in (
            "protonet", "feat", "subspace", "soft-dtw", "dastm", "jeanie", "smam", "maml",
            "apsr", "attention-readout", "fc-readout", "average-pooling", "sl-dml", "skeleton-dml",
        )
    },
    "episodes of tcn-oneshot": (
        *EPISODES, "--episodes", "tcn-oneshot",
        "--set", "episodic.method_options.distances=camera",
    ),
}  # fmt: skip
"""The words of `pretrain` by the name of what is measured."""

JUDGED: dict[str, tuple[str, ...]] = {
    "supervised": (
        "cosine", "linear", "nearest", "raw-nearest", "protonet", "subspace", "rfs", "soft-dtw",
        "jeanie", "average-pooling", "apsr",
    ),
    **{f"episodes of {name}": (name,) for name in (
        "feat", "dastm", "smam", "maml", "attention-readout", "fc-readout", "tcn-oneshot", "sl-dml",
        "skeleton-dml",
    )},
}  # fmt: skip
"""The methods that are evaluated on the encoder of a run."""


def machine() -> str:
    """Name what the bits of a result depend on besides the code."""
    maker = re.split(r"\W", processor_name())[0]  # the math library goes other ways on others
    able = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} {able} {maker} torch {torch.__version__}"


def summary(file: Path) -> dict[str, Any]:
    """Summarise a file of weights: a digest of all bits, and samples in double precision."""
    tensors = dict(sorted(load_file(file).items()))
    digest = sha256()
    for name, array in tensors.items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    samples = {
        name: float(np.abs(array.astype(np.float64)).mean()) for name, array in tensors.items()
    }
    return {"sha256": digest.hexdigest(), "samples": dict(list(samples.items())[::10])}


class Workshop:
    """A toy store with features, in which the runs are made once each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_toy_clips(folder / "raw", performers=4, repetitions=2)
        prepare(NpzReader(), folder / "raw", folder / "store")
        store = Store.open(folder / "store")
        names = np.array([clip.name for clip in store.clips])
        rng = np.random.default_rng(0)
        features = rng.normal(size=(len(names), 384)).astype(np.float32)
        save_file(
            {"video": features}, folder / "video.safetensors", {"clips": json.dumps(names.tolist())}
        )
        self.call("teach", "STORE", "--teacher", "random-code", "--out", "TEXTS")
        self.call(
            "teach", "STORE", "--teacher", "precomputed", "--model", "video.safetensors",
            "--out", "VIDEOS",
        )  # fmt: skip

    def call(self, *words: str) -> None:
        """Call the command line; words in capitals and file names stand for paths."""
        places = ("STORE", "TEXTS", "VIDEOS", "video.safetensors")
        told = [str(self.folder / word.lower()) if word in places else word for word in words]
        with suppress(SystemExit):  # of code 0, else there is no output
            main(told)

    def run(self, name: str) -> Path:
        """Train what is measured, unless it has been."""
        out = self.folder / name.replace(" ", "-")
        if not out.exists():
            self.call("pretrain", "STORE", *USUAL, *RUNS[name], "--out", str(out))
        return out

    def weights(self, name: str) -> dict[str, Any]:
        """Summarise the weights of a run."""
        files = sorted((self.run(name) / "split-00" / "checkpoints").glob("*.safetensors"))
        return {file.stem: summary(file) for file in files}

    def judgement(self, name: str, method: str) -> dict[str, Any]:
        """Evaluate a method on a run: accuracy and confusion by the number of exemplars."""
        run, out = self.run(name), self.folder / f"{name}-{method}.json"
        self.call(
            "evaluate", "STORE", "--run", str(run), "--method", method, *USUAL[:4],
            "--split", "0", "--shots", "1", "2", "--out", str(out),
        )  # fmt: skip
        shots = json.loads(out.read_text())["accuracy"]
        return {
            count: {key: result[key] for key in ("mean", "confusion", "protocol_hash")}
            for count, result in shots.items()
        }


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("golden"))


RECORDED = json.loads(RECORD.read_text()) if RECORD.exists() else {}


@pytest.mark.parametrize("name", RUNS)
def test_weights_are_as_they_were(workshop: Workshop, name: str) -> None:
    found, expected = workshop.weights(name), RECORDED["weights"][name]
    assert found.keys() == expected.keys()
    for part, ours in found.items():
        if RECORDED["machine"] == machine():
            assert ours["sha256"] == expected[part]["sha256"]
        assert ours["samples"] == pytest.approx(expected[part]["samples"], rel=0.02, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "method"), [(name, method) for name, methods in JUDGED.items() for method in methods]
)
def test_accuracies_are_as_they_were(workshop: Workshop, name: str, method: str) -> None:
    found, expected = workshop.judgement(name, method), RECORDED["judged"][name][method]
    if RECORDED["machine"] == machine():
        assert found == expected
    for count, result in found.items():
        assert result["protocol_hash"] == expected[count]["protocol_hash"]
        assert result["mean"] == pytest.approx(expected[count]["mean"], abs=0.15)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        made = Workshop(Path(folder))
        record = {
            "machine": machine(),
            "weights": {name: made.weights(name) for name in RUNS},
            "judged": {
                name: {method: made.judgement(name, method) for method in methods}
                for name, methods in JUDGED.items()
            },
        }
    RECORD.write_text(json.dumps(record) + "\n")
