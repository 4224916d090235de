"""The four steps by name, as the command line takes them and as `import skelshot` gives them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from skelshot.datasets.prepare import prepare as read_into_store
from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.reader_family import reader_named
from skelshot.datasets.store import Store
from skelshot.encoders import ENCODERS
from skelshot.evaluation.chosen_weights import LEAVE_ONE_OUT, ChosenWeight
from skelshot.evaluation.evaluate_members import evaluate_members
from skelshot.evaluation.fusion import Fusion
from skelshot.experiments.members import member_of
from skelshot.experiments.settings import Settings, evaluation_changes
from skelshot.experiments.store_settings import settings_of
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.ground.devices import chosen_device
from skelshot.ground.suggestions import did_you_mean
from skelshot.pretraining.pretrain import PretrainReport
from skelshot.pretraining.pretrain import pretrain as train_splits
from skelshot.pretraining.starting_points import starting_point
from skelshot.pretraining.strategies import check_reads_features
from skelshot.runs import Run
from skelshot.runs.encoder_file import EncoderRun, is_packaged, own_matching
from skelshot.runs.encoders import choose_splits
from skelshot.runs.matching import Matching
from skelshot.skeletons.inputs import AskedSides
from skelshot.teachers import (
    FeatureCache,
    class_texts_of,
    extract_text,
    extract_videos,
    load_templates,
    own_prompts,
    teacher_named,
)
from skelshot.teachers.base import VideoTeacher
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.rendered_frames import RenderedSource
from skelshot.videos.clip_frames import VideoOptions

Folder = Path | str


@dataclass(frozen=True)
class Trained:
    """Result of `pretrain_by_name`.

    Args:
        report: The results of the splits.
        strategy: The strategy's name.
        settings: The preset with its changes.
    """

    report: PretrainReport
    strategy: str
    settings: Settings


def prepare(
    form: str,
    raw: Folder,
    out: Folder,
    *,
    strict: bool = False,
    workers: int = 1,
    sides: AskedSides | None = None,
    **options: Any,
) -> Store:
    """Read raw files into a store, as `skelshot prepare` does.

    Args:
        form: The format's name, one of `READERS`.
        raw: The folder (or file) of raw clips.
        out: Where the store is to stand.
        strict: Refuse to make a store when a single clip is rejected.
        workers: Processes that read.
        sides: Whether a clip and its mirror image are different actions, where you know.
        options: Those of the reader.

    Returns:
        The store; `STORE/rejected.csv` lists what was rejected.

    Raises:
        SkelshotError: Nothing can be read, or another store is in the way.
    """
    reader = reader_named(form, **options)
    read_into_store(reader, raw, out, strict=strict, workers=workers, sides=sides)
    return Store.open(Path(out))


def teach(
    store: Store | Folder,
    out: Folder,
    *,
    teacher: str = "minilm",
    videos: Folder | None = None,
    every: float | None = None,
    prompts: str | None = None,
    class_names: str | Sequence[str] | None = None,
    protocol: Folder | FewShotProtocol | None = None,
    **options: Any,
) -> FeatureCache:
    """Cache a frozen teacher's features, as `skelshot teach` does.

    Args:
        store: The clips.
        out: Where the cache is to stand.
        teacher: One of `TEACHERS`, or a short name of the table of models.
        videos: The folder of videos, or `rendered`; texts alone unless told.
        every: How many frames of a video one frame of its skeleton stands for; unless told the
            same rate is taken, and a skeleton that ends well before its video refused.
        prompts: A shipped list of prompts or a file; the teacher's own unless told.
        class_names: Other texts of the classes: shipped names or files.
        protocol: With videos: the clips of its base classes alone.
        options: Those of the teacher.

    Returns:
        The cache.

    Raises:
        SkelshotError: The teacher cannot be loaded, or lacks what is asked of it.
    """
    store = _store(store)
    model = teacher_named(teacher, **options)
    templates = load_templates(prompts or own_prompts(teacher))
    texts = class_texts_of(store, class_names or ())
    if videos is None:
        extract_text(store, model, templates, Path(out), texts)
        return FeatureCache.open(Path(out))
    if not isinstance(model, VideoTeacher):
        raise SkelshotError(f"videos: the teacher {model.name} reads texts only; leave it out")
    rendered = videos == "rendered"
    if rendered and every is not None:
        raise SkelshotError("every: rendered pictures have the skeletons' own rate; leave it out")
    shown = VideoOptions(frames=model.frames, size=model.frame_size)
    source = RenderedSource(shown) if rendered else VideoSource(Path(videos), shown, every)
    labels = None
    if protocol is not None:
        splits = _protocol(protocol).split_list(store)
        labels = sorted({label for split in splits for label in split.base})
    extract_videos(store, model, source, templates, Path(out), labels=labels, class_texts=texts)
    return FeatureCache.open(Path(out))


def pretrain(
    store: Store | Folder,
    out: Folder,
    *,
    protocol: Folder | FewShotProtocol,
    preset: Folder = "cpu",
    encoder: str | None = None,
    strategy: str | None = None,
    episodes: str | None = None,
    splits: Sequence[int] | None = None,
    features: FeatureCache | Folder | None = None,
    start: Folder | None = None,
    seed: int | None = None,
    sides: AskedSides = "auto",
    device: str | None = None,
    changes: Iterable[str] = (),
) -> Run:
    """Pre-train one encoder a split, as `skelshot pretrain` does.

    Args:
        store: The clips.
        out: The run's folder; splits that are done are kept.
        protocol: Its name, or a YAML file of yours.
        preset: `cpu`, `paper`, `smoke` or a file.
        encoder: One of `ENCODERS`; the preset's unless told.
        strategy: One of `STRATEGIES`, or `none`; `transfer` with features, `none` with an earlier
            run as `start`, else the preset's own or `supervised`.
        episodes: The few-shot method to train in episodes afterwards, or `none`; the preset's own
            unless told.
        splits: Numbers of splits; all unless told.
        features: What `teach` made; for strategies that read a teacher.
        start: What to begin from in place of random weights: an earlier run of the same splits,
            or an encoder of other data, by the name of packaged weights or its file; then its form
            and input are those of the run.
        seed: Initial weights, batches and augmentation follow from it.
        sides: Whether a clip and its mirror image are different actions.
        device: `cpu`, `cuda`, `cuda:1`, `mps` or `auto`; a GPU where there is one unless told.
        changes: Changes of the preset, such as `strategy.epochs=5`.

    Returns:
        The run.

    Raises:
        SkelshotError: A name is unknown, options do not fit, or `out` holds another run.
    """
    pretrain_by_name(
        _store(store),
        out,
        protocol=protocol,
        preset=preset,
        encoder=encoder,
        strategy=strategy,
        episodes=episodes,
        splits=splits,
        features=features,
        start=start,
        seed=seed,
        sides=sides,
        device=device,
        changes=changes,
    )
    return Run.open(out)


def pretrain_by_name(
    store: Store,
    out: Folder,
    *,
    protocol: Folder | FewShotProtocol,
    preset: Folder,
    encoder: str | None,
    strategy: str | None,
    episodes: str | None,
    splits: Sequence[int] | None,
    features: FeatureCache | Folder | None,
    start: Folder | None,
    seed: int | None,
    sides: AskedSides,
    device: str | None,
    changes: Iterable[str],
) -> Trained:
    """Do what `pretrain` does and tell what was done; the arguments are the same.

    Returns:
        Report, strategy and settings.

    Raises:
        SkelshotError: See `pretrain`.
    """
    chosen = _protocol(protocol)
    every = chosen.split_list(store)
    chosen_splits = list(every) if splits is None else choose_splits(every, splits)
    if episodes not in (None, "none"):
        episodes = METHODS.named(str(episodes), "--episodes").name
    begin = None if start is None else starting_point(start)
    given = begin.settings(store) if begin else {}
    if device is not None:
        chosen_device(device)
    settings = settings_of(
        store,
        every,
        preset,
        changes={
            **given,
            "pretrain.strategy": strategy
            or ("transfer" if features else given.get("pretrain.strategy")),
            "pretrain.episodes": episodes,
            "pretrain.encoder.name": encoder and ENCODERS.named(encoder, "--encoder").name,
            "pretrain.seed": seed,
            "pretrain.loop.device": device,
        },
        assignments=changes,
    )
    if features is not None:
        check_reads_features(settings.pretrain.strategy_name)
    teacher = FeatureCache.open(Path(features)) if isinstance(features, Path | str) else features
    kept = {
        "name": str(preset),
        "evaluate": settings.evaluate.model_dump(mode="json"),
        "adapted": list(settings.adapted),
    }
    report = train_splits(
        store, chosen, chosen_splits, settings.pretrain, Path(out), teacher, begin, sides, kept
    )
    return Trained(report, settings.pretrain.strategy_name, settings)


def evaluate(
    store: Store | Folder,
    *,
    protocol: Folder | FewShotProtocol,
    run: Run | Folder | Sequence[Run | Folder] | None = None,
    encoder: Folder | Sequence[Folder] | None = None,
    method: str | None = None,
    beside: Sequence[str] | None = None,
    shots: Sequence[int] = (1, 5),
    splits: Sequence[int] | None = None,
    encoder_split: int | None = None,
    weights: Sequence[float] | Literal["leave-one-out"] | None = None,
    fusion: Fusion | None = None,
    preset: Folder | None = None,
    out: Folder | None = None,
    queries: Folder | None = None,
    sides: AskedSides = "auto",
    device: str = "auto",
    changes: Iterable[str] = (),
) -> dict[str, Any]:
    """Classify novel clips from exemplars, as `skelshot evaluate` does.

    Args:
        store: The clips, of the run's data or of any other.
        protocol: Its name, or a YAML file of yours.
        run: What `pretrain` made, or the name of weights that come with the package, or several
            whose scores are added up; None for methods that read clips.
        encoder: Files of encoders, or such names, in place of runs or beside them.
        method: One of `METHODS`; `cosine` unless told.
        beside: Methods that need no run, such as `raw-dtw`, whose scores are added. Unless this,
            `method` or `preset` is told, those that a single encoder's own notes name.
        shots: Numbers of exemplars a class.
        splits: Numbers of splits; all of the run unless told.
        encoder_split: The split of the run whose encoder serves all splits.
        weights: Weights of the scores, of runs first, then of methods beside; equal unless told.
            `leave-one-out` chooses that of the one method beside in each task, by its exemplars.
        fusion: How scores are added up; `softmax` unless told, `z-scores` with methods beside.
        preset: `cpu`, `paper`, `smoke` or a file; the run's own unless told.
        out: Where the result goes, besides being returned; the run's `results/` unless told,
            nowhere for weights that come with the package.
        queries: Where a table of all queries goes, `.parquet` or `.csv`.
        sides: Whether a clip and its mirror image are different actions.
        device: `cpu`, `cuda`, `cuda:1`, `mps` or `auto`; a GPU where there is one.
        changes: Changes of the preset's evaluation, such as `readout=joints`.

    Returns:
        The result document: `accuracy` by shots with means, intervals and confusion.

    Raises:
        SkelshotError: A name is unknown, or run, store and protocol do not belong together.
    """
    store = _store(store)
    kind = METHODS.named(method or "cosine", "--method")
    several = [run] if isinstance(run, Run | Path | str) else list(run or ())
    files = [encoder] if isinstance(encoder, Path | str) else list(encoder or ())
    runs = [_run(each) if isinstance(each, Path | str) else each for each in several]
    every: list[Run | None] = [*runs, *map(EncoderRun.of_file, files)]
    if run is None and not files:
        every = [None]
    as_noted, chosen = (beside, method, preset) == (None, None, None), isinstance(weights, str)
    notes = own_matching(every) if as_noted or chosen else None
    if as_noted and notes is not None:
        beside = notes.beside
        weights = (notes.weights or None) if weights is None else weights
    others = [METHODS.named(name, "--beside") for name in beside or ()]
    changes = evaluation_changes(changes, {each.name for each in (kind, *others)})
    members = [member_of(store, each, kind, preset, changes) for each in every]
    members += [member_of(store, None, other, preset, changes) for other in others]
    return evaluate_members(
        store,
        _protocol(protocol),
        members,
        shots,
        wanted=splits,
        encoder_split=encoder_split,
        weights=_chosen(weights, beside, notes) if isinstance(weights, str) else weights,
        fusion=fusion or ("z-scores" if others else None),
        sides=sides,
        out=_path(out),
        queries=_path(queries),
        device=device,
    )


def _chosen(word: str, beside: Sequence[str] | None, notes: Matching | None) -> ChosenWeight:
    """Read the word for weights that are chosen; an encoder's notes may know one to begin with."""
    if word != LEAVE_ONE_OUT:
        raise SkelshotError(
            f"--weights: found {word!r:.80}, expected numbers or {LEAVE_ONE_OUT}"
            f"{did_you_mean(word, [LEAVE_ONE_OUT])}"
        )
    if notes is None or len(notes.weights) != 2 or tuple(beside or ()) != notes.beside:
        return ChosenWeight()
    own, other = notes.weights
    return ChosenWeight(other / own) if own > 0 else ChosenWeight()


def _store(store: Store | Folder) -> Store:
    return store if isinstance(store, Store) else Store.open(Path(store))


def _run(run: Folder) -> Run:
    return EncoderRun.of_package(str(run)) if is_packaged(run) else Run(Path(run))


def _protocol(protocol: Folder | FewShotProtocol) -> FewShotProtocol:
    return protocol_named(protocol) if isinstance(protocol, str | Path) else protocol


def _path(folder: Folder | None) -> Path | None:
    return None if folder is None else Path(folder)
