"""`skelshot crop`: a picture of what a video teacher sees of a clip."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document
from skelshot.commands.video_words import add_crop_words, every_of, video_options


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument("clip", metavar="CLIP", help="the clip's name")
    parser.add_argument("--videos", type=Path, required=True, metavar="DIR", help="their folder")
    parser.add_argument("--out", type=Path, required=True, metavar="PNG", help="picture to write")
    parser.add_argument("--frames", type=int, default=8, help="frames of a clip (default: 8)")
    parser.add_argument("--size", type=int, default=224, help="pixels of a crop (default: 224)")
    add_crop_words(parser)
    parser.add_argument("--seed", type=int, help="draw the frames at random (default: centres)")


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.store import Store
    from skelshot.ground import SkelshotError
    from skelshot.ground.seeding import rng_for
    from skelshot.rendering.sheets import write_png
    from skelshot.videos.clip_frames import clip_frames
    from skelshot.videos.crop_picture import crop_picture
    from skelshot.videos.decode import VideoFile
    from skelshot.videos.joint_picture import picture_of
    from skelshot.videos.video_folder import VideoFolder

    options, every = video_options(parsed, parsed.frames, parsed.size), every_of(parsed)
    if not parsed.out.resolve().parent.is_dir():
        raise SkelshotError(f"--out: {parsed.out.parent} is no folder; make it first")
    store = Store.open(parsed.store)
    index = store.index_of(parsed.clip)
    record = store.clips[index]
    sequence = store.sequence(index)
    video = VideoFile(VideoFolder(parsed.videos).find(record.name, record.video_file))
    within = None
    if record.video_start is not None and record.video_stop is not None:
        within = (record.video_start, record.video_stop)
    rng = None if parsed.seed is None else rng_for(parsed.seed, "crop", record.name)
    try:
        clip = clip_frames(video, sequence, options, within, rng, every)
    except SkelshotError as error:
        raise SkelshotError(f"clip {record.name}: {error}") from error
    write_png(parsed.out, crop_picture(video, sequence, clip, options))
    return {
        "picture": str(parsed.out),
        "clip": record.name,
        "video": str(video.path),
        "video_size": list(clip.video_size),
        "frames": clip.indices.tolist(),
        "box": [clip.box.left, clip.box.top, clip.box.width, clip.box.height],
        "fallback": clip.fallback,
        "clamped": clip.clamped,
        "sensor": options.picture(picture_of(sequence)).as_json(),
        "remark": clip.remark,
    }


def _show(document: Document) -> str:
    left, top, width, height = document["box"]
    across, down = document["video_size"]
    lines = [
        f"{document['picture']}: {document['clip']}, frames "
        f"{', '.join(map(str, document['frames']))}",
        f"  crop {width} x {height} at ({left}, {top}) of {across} x {down} pixels",
        f"  {document['sensor']['words']}",
    ]
    if document["fallback"]:
        lines.append(f"  the whole frame instead of a crop: {document['fallback']}")
    if document["clamped"]:
        lines.append(f"  {document['clamped']} beyond the video's end show its last frame")
    if document["remark"]:
        lines.append(f"  look again: {document['remark']}")
    return "\n".join(lines)


COMMAND = Command(
    "crop",
    "Show what a video teacher sees.",
    _arguments,
    _run,
    _show,
    lower="--frames or --size",
)
