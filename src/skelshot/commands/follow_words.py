"""The words of `skelshot recognize --follow`, and what it does."""

import argparse
import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from skelshot.commands.command import Document, percent
from skelshot.commands.part_words import from_words, given
from skelshot.commands.recognition_words import refuse_without_video, videos_of
from skelshot.ground.json_text import readable_json
from skelshot.ground.printable import escaped, printable
from skelshot.ground.streams import print_error, print_out

if TYPE_CHECKING:
    from skelshot.recognition import Recognizer
    from skelshot.recognition.streams import ActionEvent, Follower, StreamOptions
    from skelshot.recognition.streams.sources import Asked

_OPTIONS = ("hop", "lengths", "rate", "gap", "enter", "merge", "movement")
_LONGEST_NOTE = 500
_SOURCE = ("layout", "patience", "strict", "events")


def add_follow(parser: argparse.ArgumentParser) -> None:
    """Add the words for following a stream.

    Args:
        parser: The command's parser.
    """
    words = parser.add_argument_group(
        "following",
        "With --follow CLIP is one stream: a recording, "
        "a .jsonl file of frames that may be growing, - for such lines on standard input, or "
        "camera:N. Durations are seconds.",
    )
    words.add_argument("--follow", action="store_true", help="tell what is done when in a stream")
    words.add_argument(
        "--events",
        metavar="FILE",
        help="write the events: .jsonl, .csv, .eaf (ELAN), .xlsx (BORIS); - prints JSON lines",
    )
    for name, what in (
        ("hop", "from one look to the next (default: 0.2)"),
        ("gap", "for how long somebody may be missing (default: 0.5)"),
        ("merge", "windows of an action that goes on are one event within so much (default: 0.3)"),
        ("enter", "how like its action an event must be, 1 as its clips are (default: 0.6)"),
        ("movement", "metres that a body must move at least (default: 0.1)"),
        ("rate", "frames a second of clips that do not say (default: 30)"),
        ("patience", "after how much silence a stream is over (default: never)"),
    ):
        words.add_argument(f"--{name}", type=float, metavar="X", help=what)
    words.add_argument(
        "--lengths",
        type=float,
        nargs="+",
        metavar="X",
        help="of what is looked at (default: as long as the enrolled clips, and around)",
    )
    words.add_argument("--layout", metavar="NAME", help="joints of lines that do not name them")
    words.add_argument("--strict", action="store_true", help="end at the first bad line")


def refuse_without_follow(parsed: argparse.Namespace) -> None:
    """Refuse words of following where nothing is followed.

    Args:
        parsed: The arguments of a parser that `add_follow` added to.

    Raises:
        SkelshotError: There is one.
    """
    from skelshot.ground import SkelshotError

    said = [name for name in (*_OPTIONS, *_SOURCE) if getattr(parsed, name) not in (None, False)]
    if said:
        raise SkelshotError(f"--{said[0]}: says how a stream is followed; add --follow")


def follow_stream(
    recognizer: "Recognizer", parsed: argparse.Namespace, files: Collection[Path] = ()
) -> Document:
    """Follow a stream to its end, and print events as they come unless one document is wanted.

    Args:
        recognizer: Knows the actions.
        parsed: The arguments of a parser that `add_follow` added to.
        files: Those of the gallery, over which no events are written.

    Returns:
        The document.

    Raises:
        SkelshotError: The call is wrong, or the stream cannot be read. Whatever ends it, Ctrl-C
            as well, what was found before and what was open is told and written first.
    """
    import time

    from skelshot.ground.interrupts import ctrl_c_was_heard
    from skelshot.recognition.streams import Follower
    from skelshot.recognition.streams.event_files import GrowingEventsFile
    from skelshot.recognition.streams.sources import files_of_source, is_camera, open_source

    began, place = time.perf_counter(), _only(parsed.clips)
    if not is_camera(place):
        refuse_without_video(parsed, [place])
    kept: GrowingEventsFile | None = None
    if parsed.events not in (None, "-"):
        read = (*files_of_source(place), *files)
        kept = GrowingEventsFile(Path(parsed.events), read=read)
    follower = Follower(recognizer, _options(parsed))
    events: list[ActionEvent] = []
    broken: BaseException | None = None
    try:
        for frame in open_source(place, _asked(parsed), _tell):
            events += (new := follower.push(frame))
            _print(new, parsed)
            if kept is not None:
                kept.hold(events)
    except (KeyboardInterrupt, Exception) as error:
        ctrl_c_was_heard()  # once more would cut short what is still told
        broken = error
    try:
        events += (new := follower.end())
        _print(new, parsed)
    except Exception as error:  # what cannot be asked about or printed any more costs no event
        broken = broken or error
    if kept is not None and (broken is None or follower.frames):
        kept.hold(events, ended=True)
    if follower.remark is not None and broken is None:  # of a whole recording alone
        _tell(follower.remark)
    document = _document(follower, events, parsed.events == "-") | {
        "seconds": round(time.perf_counter() - began, 3)
    }
    if broken is not None:
        if parsed.json and follower.frames:
            print_out(readable_json(document) + "\n")
        raise broken
    return document


def show_followed(document: Document) -> str:
    """Say what was looked at, the events having been printed.

    Args:
        document: From `follow_stream`.

    Returns:
        The text.
    """
    looked = document["followed"]
    if looked["lines"]:
        return json.dumps({"followed": looked})
    counts = [f"{len(document['events'])} events in {looked['frames']} frames"]
    counts += [f"{count} windows: {why}" for why, count in looked["windows"].items()]
    counts += [f"frames {what}: {count}" for what, count in looked["clock"].items()]
    return f"{'; '.join(counts)} ({document['seconds']:.1f} s)"


def _document(follower: "Follower", events: "list[ActionEvent]", lines: bool) -> Document:
    surest = max(events, key=lambda event: event.confidence, default=None)
    return {
        "label": None if surest is None else surest.label,
        "confidence": None if surest is None else surest.confidence,
        "runner_up": None,
        "nearest": None if surest is None else surest.nearest,
        "events": [event.as_json() for event in events],
        "followed": {
            "lines": lines,
            "frames": follower.frames,
            "hops": follower.hops,
            "lengths": [round(seconds, 3) for seconds in follower.lengths],
            "windows": dict(follower.skipped),
            "clock": dict(follower.clock),
            "remark": follower.remark,
        },
    }


def _print(events: "list[ActionEvent]", parsed: argparse.Namespace) -> None:
    """Print events as they come."""
    from skelshot.recognition.streams.event_files import json_line

    for event in [] if parsed.json else events:
        if parsed.events == "-":
            print_out(json_line(event))
        else:
            who, label, nearest = map(escaped, (event.person, event.label, str(event.nearest)))
            print_out(
                f"{event.start:.2f} to {event.end:.2f} s, person {who}: {label}, "
                f"{percent(event.confidence)} %; nearest {nearest}\n"
            )


def _options(parsed: argparse.Namespace) -> "StreamOptions":
    from skelshot.recognition.streams import StreamOptions

    return from_words(StreamOptions, given(parsed, _OPTIONS))


def _asked(parsed: argparse.Namespace) -> "Asked":
    from skelshot.recognition.streams.sources import Asked
    from skelshot.skeletons.layouts import layout_named

    said = given(parsed, ("rate", *_SOURCE[:-1]))
    if "layout" in said:
        said["layout"] = layout_named(said["layout"])
    return Asked(videos=videos_of(parsed), **said)


def _only(clips: list[str]) -> str:
    from skelshot.ground import SkelshotError

    if len(clips) > 1:
        raise SkelshotError(f"--follow: found {len(clips)} clips, expected one stream")
    return clips[0]


def _tell(text: str) -> None:
    print_error(f"skelshot: note: {printable(text, _LONGEST_NOTE)}\n")
