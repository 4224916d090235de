"""`skelshot recognize`: the enrolled action that a clip shows, or none of them."""

import argparse
from collections import Counter

from skelshot.commands.command import Command, Document, percent
from skelshot.commands.follow_words import (
    add_follow,
    follow_stream,
    refuse_without_follow,
    show_followed,
)
from skelshot.commands.recognition_words import (
    UNKNOWN,
    add_gallery,
    add_recognizer,
    add_videos,
    refuse_without_video,
    videos_of,
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "clips",
        nargs="+",
        metavar="CLIP",
        help="files of any format that is read, videos, stores, or folders of them",
    )
    add_gallery(parser)
    add_recognizer(parser)
    add_videos(parser, "videos, and a camera that is followed")
    add_follow(parser)


def _run(parsed: argparse.Namespace) -> Document:
    import time

    from skelshot.commands.recognition_words import changes_of
    from skelshot.recognition.gallery import Gallery
    from skelshot.recognition.intake import take_in
    from skelshot.recognition.recognizer import Recognizer

    began = time.perf_counter()
    if not parsed.follow:
        refuse_without_follow(parsed)
    with Gallery.open(parsed.gallery) as gallery:
        recognizer = Recognizer.on(gallery, **changes_of(parsed, gallery.settings))
        if parsed.follow:
            return follow_stream(recognizer, parsed, gallery.files)
        intake = take_in(parsed.clips, recognizer, videos_of(parsed))
        sources = [
            *(one.source for one in intake.clips),
            *(one.source for one in intake.unreadable),
        ]
        refuse_without_video(parsed, sources)
        answers = recognizer.answers(intake.clips)
    told = [
        {"clip": one.name, "source": one.source} | answer.as_json()
        for one, answer in zip(intake.clips, answers, strict=True)
    ]
    first = told[0]
    return {
        "label": first["label"],
        "confidence": first["confidence"],
        "runner_up": first["runner_up"],
        "nearest": first["nearest"],
        "clips": told,
        "unreadable": [one.as_json() for one in intake.unreadable],
        "skipped": intake.skipped,
        "events": [],
        "encoder": recognizer.settings.encoder,
        "seconds": round(time.perf_counter() - began, 3),
    }


def _show(document: Document) -> str:
    from skelshot.datasets.readers import examples_of

    if "followed" in document:
        return show_followed(document)
    lines, names = [], Counter(told["clip"] for told in document["clips"])
    for told in document["clips"]:
        called = told["clip"] if names[told["clip"]] == 1 else f"{told['source']}, {told['clip']}"
        label = UNKNOWN if told["label"] is None else told["label"]
        runner = f", then {told['runner_up']}" if told["runner_up"] else ""
        lines.append(
            f"{called}: {label}, {percent(told['confidence'])} %{runner}; nearest {told['nearest']}"
        )
        lines += [f"  {told['why']}"] if told["why"] else []
    notes = dict.fromkeys(note for told in document["clips"] for note in told["remarks"])
    lines += [f"note: {note}" for note in notes]
    lines += [f"not read: {each['problem']}" for each in document["unreadable"]]
    if skipped := document["skipped"]:
        lines.append(f"skipped, since no reader takes them for clips: {examples_of(skipped)}")
    return "\n".join([*lines, f"({document['seconds']:.1f} s)"])


COMMAND = Command(
    "recognize",
    "Name the enrolled action that clips show, or say that it is none.",
    _arguments,
    _run,
    _show,
    failed=lambda document: bool(document.get("unreadable")),
    lower="the number of clips",
)
