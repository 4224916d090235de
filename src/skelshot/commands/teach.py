"""`skelshot teach`: a frozen teacher's features into a cache."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Command, Document, use_threads

if TYPE_CHECKING:
    from skelshot.teachers.base import VideoTeacher
    from skelshot.teachers.frame_sources import FrameSource
    from skelshot.teachers.video_job import VideoTeaching


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--teacher",
        default="minilm",
        help="minilm (texts), xclip, ... (videos and texts), or random-code, the control",
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
    parser.add_argument(
        "--whole-frame", action="store_true", help="take whole frames instead of crops"
    )
    parser.add_argument(
        "--strict", action="store_true", help="stop at a clip without a usable video"
    )
    parser.add_argument(
        "--prompts", default="plain", help="prompt templates: a shipped name or a .yaml file"
    )
    parser.add_argument(
        "--class-names",
        metavar="FILE",
        help="ntu-descriptions, or a .yaml with fuller texts by class name",
    )
    parser.add_argument("--model", help="another model: folder, file or hub id")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 or auto (default: cpu)")
    parser.add_argument(
        "--precision", default="float32", choices=["float32", "bfloat16"], help="default: float32"
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
    from skelshot.datasets.protocols import protocol_named
    from skelshot.datasets.store import Store
    from skelshot.ground import SkelshotError
    from skelshot.teachers import load_class_texts, load_templates, teach_text, teacher_named
    from skelshot.teachers.base import VideoTeacher
    from skelshot.teachers.precomputed import PrecomputedTeacher
    from skelshot.teachers.processes import Share
    from skelshot.teachers.teach_precomputed import teach_precomputed
    from skelshot.teachers.teach_videos import teach_videos

    use_threads(parsed.threads)
    store = Store.open(parsed.store)
    texts = load_class_texts(parsed.class_names, store.class_names) if parsed.class_names else None
    templates = load_templates(parsed.prompts)
    labels = None
    if parsed.protocol:
        splits = protocol_named(parsed.protocol).split_list(store.class_names)
        labels = sorted({label for split in splits for label in split.base})
    share = Share.from_environment()
    teacher = teacher_named(
        parsed.teacher,
        model=parsed.model,
        seed=parsed.seed,
        device=share.device(parsed.device),
        precision=parsed.precision,
        frames=parsed.frames,
    )
    record = {"prompts": parsed.prompts, "seed": parsed.seed, "model": parsed.model}
    features = {"features": str(parsed.out)}
    if isinstance(teacher, PrecomputedTeacher) and teacher.clips:
        if parsed.videos:
            raise SkelshotError("--videos: the teacher precomputed has its features; leave it out")
        report = teach_precomputed(
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
        _refuse_without_videos(parsed)
        report = teach_text(store, teacher, templates, parsed.out, texts, record)
        return asdict(report) | features
    if not isinstance(teacher, VideoTeacher):
        raise SkelshotError(
            f"--videos: the teacher {teacher.name} reads texts only; leave it out, or use a "
            "--teacher that reads videos, such as xclip"
        )
    report = teach_videos(
        store,
        teacher,
        _source(parsed, teacher),
        templates,
        parsed.out,
        labels=labels,
        class_texts=texts,
        teaching=_teaching(parsed),
        record=record | {"precision": parsed.precision, "protocol": parsed.protocol},
        share=share,
    )
    several = {"rank": share.rank, "processes": share.world} if share.world > 1 else {}
    return asdict(report) | features | several


def _source(parsed: argparse.Namespace, teacher: "VideoTeacher") -> "FrameSource":
    """Say where the frames come from."""
    from skelshot.teachers.frame_sources import VideoSource
    from skelshot.teachers.rendered_frames import RenderedSource
    from skelshot.videos.clip_frames import VideoOptions

    options = VideoOptions(
        frames=teacher.frames,
        size=teacher.frame_size,
        crop="none" if parsed.whole_frame else "joints",
    )
    if parsed.videos == "rendered":
        return RenderedSource(options)
    return VideoSource(parsed.videos, options)


def _teaching(parsed: argparse.Namespace) -> "VideoTeaching":
    """Gather the options of a run, naming the one that is out of range."""
    from pydantic import ValidationError

    from skelshot.ground import SkelshotError
    from skelshot.teachers.video_job import VideoTeaching

    names = ("draws", "seed", "prompted", "strict", "batch", "decoders")
    try:
        return VideoTeaching(**{name: getattr(parsed, name) for name in names})
    except ValidationError as error:
        first = error.errors()[0]
        raise SkelshotError(
            f"--{first['loc'][0]}: found {first['input']}, {first['msg'].lower()}"
        ) from error


def _refuse_without_videos(parsed: argparse.Namespace) -> None:
    """Refuse what means nothing for texts alone."""
    from skelshot.ground import SkelshotError

    for name in ("draws", "prompted", "whole_frame", "strict", "protocol"):
        if getattr(parsed, name):
            raise SkelshotError(f"--{name.replace('_', '-')}: needs --videos, a folder or rendered")


def _show(document: Document) -> str:
    lines = [
        f"{document['features']}: {document['teacher']} for {document['clips']} clips "
        f"({document['skipped']} skipped) in {document['seconds']:.1f} s"
    ]
    if document.get("processes"):
        lines[0] += f", process {document['rank']} of {document['processes']}"
    if document["skipped"]:
        lines.append(f"  {document['features']}/skipped.csv says why clips were skipped")
    if document["fallbacks"]:
        lines.append(f"  {document['fallbacks']} clips have whole frames instead of crops")
    if document["clamped"]:
        lines.append(f"  {document['clamped']} clips have videos that end before their skeletons")
    return "\n".join(lines)


COMMAND = Command("teach", "Cache a frozen teacher's features.", _arguments, _run, _show)
