"""The command line: parses, calls, prints."""

import argparse
import errno
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from skelshot import __version__
from skelshot.ground import SkelshotError
from skelshot.ground.printable import escaped, printable

Document = dict[str, Any]
BAD_CALL = 2
INTERRUPTED = 130
LONGEST_MESSAGE = 2000


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one line."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self.register("type", Path, _path)
        self.register("type", int, _whole_number)
        self.later: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *words: Any, **options: Any) -> Any:
        """Add a command's arguments once it is chosen: what they come from may import slowly."""
        later, self.later = self.later, None
        if later is not None:
            later(self)
        return super().parse_known_args(*words, **options)

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with code 2."""
        shown = printable(message, LONGEST_MESSAGE - 100)
        _leave(f"error: {shown} (try {self.prog} --help)", BAD_CALL)


def _path(word: str) -> Path:
    """Read a path that names something; an empty one would be the working folder."""
    if not word.strip():
        raise argparse.ArgumentTypeError(f"found {word!r}, expected a path")
    path = Path(word)
    return path if path.name not in ("", "..") else path.resolve()


def _whole_number(word: str) -> int:
    """Read a number that fits 64 bits, as every file that may name it asks for."""
    number = int(word)
    if not -(2**63) <= number < 2**63:
        raise argparse.ArgumentTypeError(f"found {word:.40}, expected a number within 64 bits")
    return number


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 when all went well, 2 when the caller can mend it.

    Args:
        arguments: Words of the command line; those of the process unless given.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a result is worth more than a letter
    try:
        parsed = build_parser().parse_args(arguments)
        document: Document = parsed.run(parsed)
        _print(document, parsed)
        if parsed.failed(document):
            sys.exit(BAD_CALL)
    except SkelshotError as error:
        _leave(f"error: {error}", BAD_CALL)
    except KeyboardInterrupt:
        _leave("interrupted; what is done is kept, the same command goes on", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        advice = "; make room, the same command goes on" if error.errno == errno.ENOSPC else ""
        place = error.filename or "system"
        _leave(f"error: {place}: {error.strerror or error}{advice}", BAD_CALL)


def _leave(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"skelshot: {printable(message, LONGEST_MESSAGE)}\n")
    sys.exit(code)


def _print(document: Document, parsed: argparse.Namespace) -> None:
    if parsed.json:
        text = json.dumps(document, indent=2, allow_nan=False, default=str)
    else:
        text = parsed.show(_all_escaped(document))
    sys.stdout.write(text + "\n")


def _all_escaped(value: Any) -> Any:
    """Escape every text of a document, so that names and paths cannot steer the terminal."""
    match value:
        case str():
            return escaped(value)
        case dict():
            return {_all_escaped(key): _all_escaped(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_all_escaped(entry) for entry in value]
        case Path():
            return escaped(str(value))
    return value


def build_parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line.

    Returns:
        A parser whose namespace holds `run`, `show` and `failed` of the command.
    """
    from skelshot.commands import COMMANDS

    parser = _Parser(
        prog="skelshot",
        description="Few-shot recognition of human actions from moving skeletons.",
    )
    parser.add_argument("--version", action="version", version=f"skelshot {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        sub.later = command.arguments
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        sub.set_defaults(run=command.run, show=command.show, failed=command.failed)
    return parser


if __name__ == "__main__":
    main()
