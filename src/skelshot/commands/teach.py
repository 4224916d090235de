"""`skelshot teach`: a frozen teacher's features into a cache."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document, add_device, use_threads
from skelshot.commands.part_words import add_option, from_words, options_of
from skelshot.commands.video_words import add_crop_words, every_of, video_options

if TYPE_CHECKING:
    from skelshot.datasets.store import Store
    from skelshot.ground.precision import Precision
    from skelshot.teachers import ExtractOptions
    from skelshot.teachers.base import VideoTeacher
    from skelshot.teachers.extract.frame_sources import FrameSource

VIDEOS_ONLY = ("draws", "prompted", "whole_frame", "every", "reuse", "strict", "protocol")
"""Options that mean nothing for texts alone."""

PRECOMPUTED = ("videos", "draws", "prompted", "whole_frame", "every", "reuse")
"""Options that mean nothing where features come ready."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    from skelshot.teachers import description_names, teacher_names

    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--teacher",
        default="minilm",
        metavar="NAME",
        help=f"one of {', '.join(teacher_names())} (default: minilm)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FEATURES", help="the cache")
    parser.add_argument(
        "--videos",
        metavar="DIR",
        help="folder of the clips' videos, or the word rendered: pictures made of the skeletons "
        "(default: texts alone)",
    )
    parser.add_argument(
        "--protocol", help="show only the clips of its base classes, which pre-training reads"
    )
    parser.add_argument(
        "--draws",
        type=int,
        default=0,
        metavar="R",
        help="random samples of each clip's frames, besides the centres (default: 0)",
    )
    parser.add_argument(
        "--prompted", action="store_true", help="X-CLIP: texts that depend on each video, too"
    )
    add_crop_words(parser)
    parser.add_argument(
        "--reuse",
        type=Path,
        metavar="FEATURES",
        help="an earlier cache: clips of which the teacher would see the same are taken from it",
    )
    parser.add_argument(
        "--strict", action="store_true", help="stop at a clip without a usable video"
    )
    parser.add_argument(
        "--prompts",
        help="prompt templates: a shipped name or a .yaml file (default: plain; for the teacher "
        "actionclip its own 16)",
    )
    parser.add_argument(
        "--class-names",
        action="append",
        default=[],
        metavar="FILE",
        help=f"{', '.join(description_names())}, or a .yaml with fuller texts by class name; "
        "several together describe all classes (default: the names)",
    )
    add_option(parser, "teacher")
    parser.add_argument("--model", help="another model: folder, file or hub id")
    add_device(parser)
    parser.add_argument(
        "--precision",
        choices=["float32", "bfloat16", "auto"],
        help="auto: bfloat16 where the device has instructions for it (default: float32)",
    )
    parser.add_argument(
        "--frames", type=int, help="frames of a clip, where the model leaves it open"
    )
    parser.add_argument("--batch", type=int, default=8, help="samples at once (default: 8)")
    parser.add_argument(
        "--decoders", type=int, default=2, help="threads that read videos (default: 2)"
    )
    parser.add_argument("--threads", type=int, help="processor threads that PyTorch may use")
    parser.add_argument("--seed", type=int, default=0, help="random draws; codes of random-code")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.class_counts import ClassCounts
    from skelshot.datasets.protocols import protocol_named
    from skelshot.datasets.store import Store
    from skelshot.ground import SkelshotError
    from skelshot.teachers import (
        class_texts_of,
        extract_text,
        load_templates,
        own_prompts,
        teacher_class,
        teacher_named,
    )
    from skelshot.teachers.base import VideoTeacher
    from skelshot.teachers.extract.precomputed import extract_precomputed
    from skelshot.teachers.extract.share import Share
    from skelshot.teachers.extract.videos import extract_videos
    from skelshot.teachers.models.precomputed import PrecomputedTeacher

    use_threads(parsed.threads)
    store = Store.open(parsed.store)
    texts = class_texts_of(store, parsed.class_names)
    prompts = parsed.prompts or own_prompts(parsed.teacher)
    templates = load_templates(prompts)
    labels = None
    if parsed.protocol:
        splits = protocol_named(parsed.protocol).split_list(store)
        labels = sorted({label for split in splits for label in split.base})
    share = Share.from_environment()
    device = share.device(parsed.device or "auto")
    precision = _precision(parsed.precision, device)
    known = teacher_class(parsed.teacher)[0].options_type.model_fields
    options = {
        "model": parsed.model,
        "device": device if parsed.device or "device" in known else None,
        "precision": parsed.precision and precision,
        "frames": parsed.frames,
        **options_of(parsed),
    }
    if "seed" in known:
        options["seed"] = parsed.seed  # which keys the draws of frames, whoever the teacher is
    teacher = teacher_named(parsed.teacher, **options)
    record = {"prompts": prompts, "seed": parsed.seed, "model": parsed.model}
    features = {"features": str(parsed.out), "classes": ClassCounts.of(store).as_json()}
    if isinstance(teacher, PrecomputedTeacher) and teacher.clips:
        _refuse(parsed, PRECOMPUTED, "the teacher precomputed has its features; leave it out")
        report = extract_precomputed(
            store,
            teacher,
            templates,
            parsed.out,
            labels=labels,
            class_texts=texts,
            strict=parsed.strict,
            record=record,
        )
        return asdict(report) | features
    if parsed.videos is None:
        _refuse(parsed, VIDEOS_ONLY, "needs --videos, a folder or rendered")
        report = extract_text(store, teacher, templates, parsed.out, texts, record)
        return asdict(report) | features | _alike(parsed.out, store)
    if not isinstance(teacher, VideoTeacher):
        raise SkelshotError(
            f"--videos: the teacher {teacher.name} reads texts only; leave it out, or use a "
            "--teacher that reads videos, such as xclip"
        )
    report = extract_videos(
        store,
        teacher,
        _source(parsed, teacher),
        templates,
        parsed.out,
        labels=labels,
        class_texts=texts,
        options=_extract_options(parsed),
        record=record | {"precision": precision, "protocol": parsed.protocol},
        share=share,
    )
    if share.world > 1:  # the cache is whole when the last of them is done
        return asdict(report) | features | {"rank": share.rank, "processes": share.world}
    return asdict(report) | features | _alike(parsed.out, store)


def _alike(features: Path, store: "Store") -> Document:
    """Tell which classes of several sets the teacher hears as nearly the same."""
    from skelshot.teachers.cache.alike import alike_across_sets
    from skelshot.teachers.cache.read import FeatureCache

    if store.bare_class_names == store.class_names:
        return {}
    pairs = alike_across_sets(FeatureCache.open(features), store.bare_class_names)
    return {"alike": [pair._asdict() for pair in pairs]}


def _precision(asked: str | None, device: str) -> "Precision":
    """Settle `auto`: bfloat16 where the device has instructions for it."""
    from skelshot.ground.devices import chosen_device
    from skelshot.ground.precision import bfloat16_is_native

    if asked == "auto":
        return "bfloat16" if bfloat16_is_native(chosen_device(device).type) else "float32"
    return "bfloat16" if asked == "bfloat16" else "float32"


def _source(parsed: argparse.Namespace, teacher: "VideoTeacher") -> "FrameSource":
    """Say where the frames come from."""
    from skelshot.teachers.extract.frame_sources import VideoSource
    from skelshot.teachers.extract.rendered_frames import RenderedSource

    options = video_options(parsed, teacher.frames, teacher.frame_size)
    if parsed.videos == "rendered":
        _refuse(parsed, ("every",), "rendered pictures have the skeletons' own rate; leave it out")
        return RenderedSource(options)
    return VideoSource(parsed.videos, options, every_of(parsed))


def _extract_options(parsed: argparse.Namespace) -> "ExtractOptions":
    """Gather the options of a run."""
    from skelshot.teachers import ExtractOptions

    names = ("draws", "seed", "prompted", "strict", "batch", "decoders", "reuse")
    return from_words(ExtractOptions, {name: getattr(parsed, name) for name in names})


def _refuse(parsed: argparse.Namespace, names: tuple[str, ...], reason: str) -> None:
    """Refuse words that mean nothing beside the others."""
    from skelshot.ground import SkelshotError

    for name in names:
        if getattr(parsed, name):
            raise SkelshotError(f"--{name.replace('_', '-')}: {reason}")


def _show(document: Document) -> str:
    from skelshot.datasets.class_counts import class_lines

    lines = [
        f"{document['features']}: {document['teacher']} for {document['clips']} clips "
        f"({document['skipped']} skipped) in {document['seconds']:.1f} s"
    ]
    if document.get("processes"):
        lines[0] += f", process {document['rank']} of {document['processes']}"
    lines += class_lines(document["classes"])
    if document["skipped"]:
        lines.append(f"  {document['features']}/skipped.csv says why clips were skipped")
    lines += [f"  {picture['words']}: {picture['clips']} clips" for picture in document["sensor"]]
    if document["fallbacks"]:
        lines.append(f"  {document['fallbacks']} clips have whole frames instead of crops")
    if document["clamped"]:
        lines.append(f"  {document['clamped']} clips have videos that end before their skeletons")
    if document["remarks"]:
        lines.append(
            f"  look again at {document['remarks']} clips (column remark of "
            f"{document['features']}/clips.parquet), such as {document['remark']}"
        )
    if pairs := document.get("alike"):
        lines.append(
            "  these classes of several sets sound alike; if two are one action, join them in the "
            "sets' file (joined:)"
        )
        lines += [
            f"    {pair['first']} and {pair['second']} ({pair['cosine']:.2f})" for pair in pairs
        ]
    return "\n".join(lines)


COMMAND = Command(
    "teach",
    "Cache a frozen teacher's features.",
    _arguments,
    _run,
    _show,
    lower="--batch, --decoders or --threads",
)
