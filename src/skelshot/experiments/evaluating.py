"""Evaluate the encoders of a run, as `skelshot evaluate` does."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from skelshot.datasets.protocol_contract import FewShotProtocol
from skelshot.datasets.store import Store
from skelshot.datasets.tasks import Split
from skelshot.encoders import load_encoder
from skelshot.evaluation.evaluate import evaluate
from skelshot.evaluation.features import encode_clips, input_clips
from skelshot.evaluation.options import EvaluateOptions
from skelshot.evaluation.results import result_document
from skelshot.fewshot import FewShotMethod
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of, whole_file, write_json
from skelshot.ground.seeding import digest_of
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.pretrain import split_folder
from skelshot.skeletons import InputSpec


def evaluate_run(
    store: Store,
    protocol: FewShotProtocol,
    method: FewShotMethod,
    shots: Sequence[int],
    options: EvaluateOptions,
    run: Path | None,
    wanted: Sequence[int] | None = None,
    out: Path | None = None,
) -> dict[str, Any]:
    """Evaluate a method on all splits that a run holds.

    Args:
        store: The clips.
        protocol: Draws splits and tasks.
        method: The few-shot method.
        shots: Numbers of exemplars a class.
        options: Read-out, views and batch size.
        run: The folder that `pretrain` made; None for methods that read clips.
        wanted: Numbers of the splits; all that the run holds (or all there are) unless told.
        out: Where the result goes, besides being returned; the run's `results/` unless told.

    Returns:
        The result document.

    Raises:
        SkelshotError: The run lacks a split or the method's weights, is of other data, or a
            checkpoint does not fit its own configuration.
    """
    began = time.perf_counter()
    splits = _splits(store, protocol, run, wanted)
    if run is not None and method.reads != "clip":
        for split in splits:
            _check_config(store, protocol, split, run)
    if method.has_weights:
        raise SkelshotError(
            f"method {method.name}: has weights of its own, which this run does not hold; "
            f"pretrain with --episodes {method.name}"
        )
    if run is None and method.reads != "clip":
        raise SkelshotError(
            f"method {method.name}: reads an encoder's features; give --run RUN, which "
            "`skelshot pretrain` makes"
        )
    source = RunFeatures(store, method, options, run)
    parts: dict[str, float] = {}
    counts = protocol.counts(store)
    results = evaluate(store, protocol, splits, method, shots, source, parts)
    document = result_document(
        method=method.name,
        protocol=protocol.name,
        splits=[split.index for split in splits],
        results=results,
        counts=counts,
        class_names=store.class_names,
        data_hash=store.data_hash,
        config={
            "evaluate": options.model_dump(mode="json", exclude={"classifiers"}),
            "method": method.options.model_dump(mode="json"),
            "is_transductive": method.is_transductive,
            "run": _config(run, splits[0]) if run and method.reads != "clip" else None,
        },
        seconds=time.perf_counter() - began,
        parts=parts,
    )
    if out is None and run is not None:
        out = run / "results" / f"{protocol.name}-{method.name}.json"
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_json(out, document)
    return document


def _splits(
    store: Store,
    protocol: FewShotProtocol,
    run: Path | None,
    wanted: Sequence[int] | None,
) -> list[Split]:
    """Choose the splits: those asked for, else all that the run holds, else all."""
    every = protocol.split_list(store.class_names)
    if wanted is not None:
        chosen = choose_splits(every, wanted)
    elif run is None:
        chosen = list(every)
    else:
        chosen = [s for s in every if (split_folder(run, s.index) / "result.json").exists()]
    if not chosen:
        raise SkelshotError(
            f"{run}: holds no finished split; run `skelshot pretrain` with --out {run} first"
        )
    if run is not None:
        for split in chosen:
            if not (split_folder(run, split.index) / "result.json").exists():
                raise SkelshotError(
                    f"{run}: split {split.index} is not pre-trained; run `skelshot pretrain` "
                    f"with --split {split.index} --out {run}"
                )
    return chosen


def choose_splits(every: Sequence[Split], wanted: Sequence[int]) -> list[Split]:
    """Pick splits by number.

    Args:
        every: All splits of a protocol.
        wanted: Numbers.

    Returns:
        Those splits.

    Raises:
        SkelshotError: There is no split of such a number.
    """
    for number in wanted:
        if not 0 <= number < len(every):
            raise SkelshotError(
                f"--split {number}: the protocol has the splits 0 to {len(every) - 1}"
            )
    return [every[number] for number in wanted]


def _config(run: Path, split: Split) -> dict[str, Any]:
    """Read the configuration that a split was trained with."""
    file = split_folder(run, split.index) / "config.yaml"
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SkelshotError(f"{file}: cannot be read ({error})") from error
    return dict(config)


def _check_config(store: Store, protocol: FewShotProtocol, split: Split, run: Path) -> None:
    """Refuse a run that was trained on other data or other base classes."""
    config = _config(run, split)
    expected = {
        "data_hash": store.data_hash,
        "base": [store.class_names[label] for label in split.base],
        "novel": [store.class_names[label] for label in split.novel],
    }
    for key, value in expected.items():
        if config.get(key) != value:
            raise SkelshotError(
                f"{split_folder(run, split.index)}: was pre-trained with {key} = "
                f"{json.dumps(config.get(key))}, protocol {protocol.name} on this store has "
                f"{json.dumps(value)}; evaluate with the store and protocol of the run"
            )


class RunFeatures:
    """The features of a run's encoders, kept beside the encoders for the next evaluation.

    Args:
        store: The clips.
        method: Says what it reads of a clip.
        options: Read-out, views, batch size and precision.
        run: The run's folder; None for methods that read clips.
    """

    def __init__(
        self, store: Store, method: FewShotMethod, options: EvaluateOptions, run: Path | None
    ) -> None:
        self._store = store
        self._method = method
        self._options = options
        self._run = run

    def __call__(self, split: Split, indices: Sequence[int]) -> Tensor:
        """Give what the method reads of a split's clips.

        Args:
            split: Whose encoder.
            indices: Which clips, n of them.

        Returns:
            Clips, vectors or maps (n, ...).
        """
        if self._run is None or self._method.reads == "clip":
            spec = InputSpec(
                layout=self._store.layout.name,
                coordinates=self._store.channels,
                **self._method.inputs,
            )
            return input_clips(self._store, spec, indices, self._options.batch)
        options = PretrainOptions.model_validate(_config(self._run, split)["options"])
        weights = split_folder(self._run, split.index) / "checkpoints" / "encoder.safetensors"
        encoder, _ = load_encoder(weights, expect=options.encoder_spec)
        keep_map = self._method.reads == "map"
        key = digest_of(
            sha256_of(weights),
            self._store.data_hash,
            self._options.model_dump_json(exclude={"classifiers", "batch"}),
            keep_map,
            list(indices),
        ).hex()[:16]
        file = weights.parent.parent / "features" / f"{key}.safetensors"
        if (kept := _kept_features(file)) is not None:
            return kept
        features = encode_clips(
            encoder, self._store, options.input, indices, self._options, keep_map
        )
        file.parent.mkdir(exist_ok=True)
        with whole_file(file) as partial:
            save_file({"features": features}, partial)
        return features


def _kept_features(file: Path) -> Tensor | None:
    """Read features of an earlier evaluation; None when there are none or they are damaged."""
    if not file.exists():
        return None
    try:
        features: Tensor = load_file(file)["features"]
    except (SafetensorError, KeyError):
        return None
    return features
