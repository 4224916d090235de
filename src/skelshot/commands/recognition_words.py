"""Words that the commands of the recogniser share."""

import argparse
from typing import Any

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
        "skelshot-base)",
    )
    parser.add_argument(
        "--unknown", metavar="NAME", help="how unknown clips are told (default: the gallery's)"
    )
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="P",
        help="how sure it must be that a clip is known, 0 to 1 (default: the gallery's, else 0.5)",
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
