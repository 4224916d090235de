"""Words that the commands of the recogniser share."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from skelshot.commands.part_words import given

if TYPE_CHECKING:
    from skelshot.pose.video_reading import VideoReading

_OF_VIDEOS = ("backend", "persons", "mirrored")

UNKNOWN = "unknown"
"""What is printed where a clip shows none of the actions."""


def add_gallery(parser: argparse.ArgumentParser) -> None:
    """Add the word for the gallery.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "--gallery",
        required=True,
        metavar="FILE|URL",
        help="the enrolled actions: a file, or the URL of a database",
    )


def add_recognizer(parser: argparse.ArgumentParser) -> None:
    """Add the words for how clips are compared.

    Args:
        parser: The command's parser.
    """
    parser.add_argument(
        "--encoder",
        metavar="NAME|FILE|RUN",
        help="packaged weights, an encoder's file or a run (default: the gallery's, else "
        "skelshot-base, or skelshot-2d for pixels)",
    )
    parser.add_argument(
        "--unknown", metavar="NAME", help="how unknown clips are told (default: the gallery's)"
    )
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="P",
        help="how sure it must be that a clip is known, 0 to 1, in place of a --conformal that the "
        "gallery keeps (default: the gallery's, else 0.5)",
    )
    parser.add_argument(
        "--conformal",
        type=float,
        metavar="P",
        help="how often a known clip may be refused, in place of --threshold; every second "
        "exemplar goes to keep the promise",
    )
    parser.add_argument(
        "--match",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change how clips are compared, such as raw=none, to=mean or mirrored=true",
    )


def add_videos(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the words for how videos are read.

    Args:
        parser: The command's parser.
        what: What they are about.
    """
    words = parser.add_argument_group(what)
    words.add_argument("--backend", metavar="NAME", help="pose estimator (default: litert)")
    words.add_argument(
        "--persons", type=int, metavar="N", help="people at most, 1 to 6 (default: 1)"
    )
    words.add_argument(
        "--mirrored",
        choices=["auto", "yes", "no"],
        nargs="?",
        const="yes",
        help="whether they are mirror images, as Kinect's are; auto: those named as NTU RGB+D's "
        "(default: auto)",
    )


def videos_of(parsed: argparse.Namespace) -> "VideoReading":
    """Read what was said of videos.

    Args:
        parsed: The arguments of a parser that `add_videos` added to.

    Returns:
        How videos are read.
    """
    from skelshot.pose.video_reading import VideoReading

    return VideoReading(**given(parsed, _OF_VIDEOS))


def refuse_without_video(parsed: argparse.Namespace, sources: Iterable[str | None]) -> None:
    """Refuse words about videos where none was read.

    Args:
        parsed: The arguments of a parser that `add_videos` added to.
        sources: The files that were read.

    Raises:
        SkelshotError: There is such a word, and no video.
    """
    from skelshot.ground import SkelshotError
    from skelshot.recognition.clip_files import is_video

    said = given(parsed, _OF_VIDEOS)
    if said and not any(source is not None and is_video(source) for source in sources):
        raise SkelshotError(
            f"--{next(iter(said))}: says how videos are read, and none is among the clips; leave "
            "it out"
        )


def changes_of(parsed: argparse.Namespace, kept: dict[str, Any]) -> dict[str, Any]:
    """Read what was said of how clips are compared.

    Args:
        parsed: The arguments of a parser that `add_recognizer` added to.
        kept: The settings that the gallery keeps.

    Returns:
        Settings by name; None where nothing was said.

    Raises:
        SkelshotError: A word is no KEY=VALUE, or an option is unknown.
    """
    from skelshot.ground import SkelshotError
    from skelshot.ground.yaml_text import parse_yaml
    from skelshot.recognition.match_options import MatchOptions

    told: dict[str, Any] = {}
    for word in parsed.match:
        key, equals, value = word.partition("=")
        if not equals:
            raise SkelshotError(f"--match: found {word[:80]!r}, expected KEY=VALUE")
        told[key] = parse_yaml(value, "--match")
    options = MatchOptions.model_validate({**kept.get("match", {}), **told}) if told else None
    return {
        "encoder": parsed.encoder,
        "unknown": parsed.unknown,
        "threshold": parsed.threshold,
        "conformal": parsed.conformal,
        "options": options,
    }
