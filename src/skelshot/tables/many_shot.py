"""Accuracy of trained classes on clips kept apart: many shots, the head's own answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skelshot.datasets.batches import clip_batches
from skelshot.datasets.ntu.splits import members_of, ntu_splits
from skelshot.datasets.protocols.clip_choice import ClipChoice
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.encoders import build_encoder
from skelshot.evaluation.interval_notes import INTERVAL_NOTES
from skelshot.evaluation.metrics import confusion_matrix, per_class_accuracy, within_unit
from skelshot.evaluation.query_intervals import cluster_interval, wilson_interval
from skelshot.ground import SkelshotError
from skelshot.ground.environment import environment
from skelshot.ground.files import write_json
from skelshot.ground.seeding import digest_of, seed_for
from skelshot.pretraining.loop import launch, run_stage
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.stage import BaseSet, StageData
from skelshot.pretraining.supervised import SupervisedOptions, SupervisedStage
from skelshot.runs.folder import RunFolder
from skelshot.tables.entries import GridStage
from skelshot.tables.steps import one_thread

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ClipSides:
    """Clips to train on and clips to test on, of classes that are trained.

    Args:
        split: All classes, as base classes.
        train: Clip indices, ordered by clip name.
        test: Clip indices, ordered by clip name.
    """

    split: Split
    train: Places
    test: Places

    @classmethod
    def of(cls, store: Store, train: ClipChoice) -> "ClipSides":
        """Deal out the clips of a store.

        Args:
            store: The clips.
            train: Those to train on; all others are tested, but for a split of NTU RGB+D such
                as `xsub60`, which says both.

        Returns:
            Both sides.

        Raises:
            SkelshotError: A side has no clips, or a class is tested that nothing trains.
        """
        if train.split in ntu_splits():
            members = members_of(store.clips, str(train.split))
            chosen, others = list(members.train), list(members.test)
        else:
            chosen = train.places(store, "train")
            others = sorted(set(range(len(store))) - set(chosen))
        told = train.model_dump(exclude_none=True)
        sides = []
        for name, places in (("train", chosen), ("test", others)):
            known = [place for place in places if store.clips[place].label >= 0]
            if not known:
                raise SkelshotError(f"train: found no clips to {name} on by {told}")
            sides.append(sorted(known, key=lambda place: store.clips[place].name))
        trained, tested = ({store.clips[place].label for place in side} for side in sides)
        if unknown := sorted(tested - trained):
            raise SkelshotError(
                f"train: class {store.class_names[unknown[0]]!r:.80} has clips to test on but none "
                f"to train on by {told}"
            )
        return cls(
            Split(0, tuple(sorted(trained)), ()), *(np.array(side, np.int64) for side in sides)
        )


def make_many_shot(output: Path, call: Mapping[str, Any], needs: Sequence[Path]) -> None:
    """Train on labels and test the classifier's head, once, after the last epoch.

    Args:
        output: The result file; what training leaves stands beside it.
        call: The path of the `store`, the clips to `train` on, the `options` of pre-training, and
            the `device` to train on.
        needs: None.

    Raises:
        SkelshotError: The strategy has no head for classes.
    """
    store = Store.open(call["store"])
    loop = call["options"].loop.model_copy(update={"device": call["device"]})
    options = call["options"].model_copy(update={"loop": loop})
    sides = ClipSides.of(store, call["train"])
    with one_thread():
        stage, seconds = _trained(store, sides, options, output.with_name("run"))
        answers = _answers(stage, store, sides, options)
    labels = torch.tensor([store.clips[int(place)].label for place in sides.test])
    hits = (answers == labels).tolist()
    confusion = confusion_matrix(labels, answers, len(store.class_names))
    per_class, tested = per_class_accuracy(confusion).tolist(), sorted(set(labels.tolist()))
    people = cluster_interval(hits, [store.clips[int(place)].subject for place in sides.test])
    accuracy = {
        "mean": sum(hits) / len(hits),
        "ci95": wilson_interval(sum(hits), len(hits)).ci95,
        "ci95_subjects": within_unit(people).ci95,
        "subjects": people.n,
        "interval": "queries",
        "interval_note": INTERVAL_NOTES["queries"],
        "queries": len(hits),
        "per_draw": [],
        "protocol_hash": digest_of(*(store.clips[int(place)].name for place in sides.test)).hex(),
        "per_class": {store.class_names[label]: per_class[label] for label in tested},
        "confusion": confusion.tolist(),
    }
    document = {
        "accuracy": {"many": accuracy},
        "train": len(sides.train),
        "test": len(sides.test),
        "class_names": list(store.class_names),
        "data_hash": store.data_hash,
        "config": options.model_dump(mode="json"),
        "seconds": round(seconds, 1),
        "environment": environment(),
    }
    write_json(output, document)


def _trained(
    store: Store, sides: ClipSides, options: PretrainOptions, folder: Path
) -> tuple[SupervisedStage, float]:
    """Train an encoder with its head, going on from where a stopped call was."""
    strategy = options.strategy
    if not isinstance(strategy, SupervisedOptions):
        raise SkelshotError(
            f"strategy {options.strategy_name}: has no head for classes, expected supervised"
        )
    row_of = {label: row for row, label in enumerate(sides.split.base)}
    rows = np.array([row_of[store.clips[int(place)].label] for place in sides.train], np.int64)
    base = BaseSet(store, sides.split, sides.train, rows)
    encoder = build_encoder(options.encoder_spec, seed=seed_for(options.seed, "encoder"))
    data = StageData(base, options.input, options.augmentation, options.seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed_for(options.seed, "heads"))
        stage = SupervisedStage(encoder, strategy, data)
    seconds = run_stage(stage, RunFolder(folder), launch(options.loop), options.loop)
    return stage, seconds


def _answers(
    stage: SupervisedStage, store: Store, sides: ClipSides, options: PretrainOptions
) -> torch.Tensor:
    """Name the class of each clip to test on; classes played backwards are no answer."""
    stage.eval()
    device, base = next(stage.parameters()).device, torch.tensor(sides.split.base)
    with torch.inference_mode():
        called = [
            stage.head(stage.encoder(clips.to(device)))[:, : len(base)].argmax(1).cpu()
            for clips in clip_batches(store, options.input, sides.test.tolist(), 64)
        ]
    return base[torch.cat(called)]


MANY_SHOT = GridStage("many-shot", 1, make_many_shot, "result.json")
