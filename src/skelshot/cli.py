"""The command line: parses, calls, prints."""

import argparse
import errno
import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from skelshot import __version__
from skelshot.ground import SkelshotError

Document = dict[str, Any]
BAD_CALL = 2
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one line."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with code 2."""
        self.exit(BAD_CALL, f"skelshot: error: {message} (try {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 when all went well, 2 when the caller can mend it.

    Args:
        arguments: Words of the command line; those of the process unless given.
    """
    parsed = build_parser().parse_args(arguments)
    try:
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
    sys.stderr.write(f"skelshot: {message}\n")
    sys.exit(code)


def _print(document: Document, parsed: argparse.Namespace) -> None:
    if parsed.json:
        text = json.dumps(document, indent=2, allow_nan=False, default=str)
    else:
        text = parsed.show(document)
    sys.stdout.write(text + "\n")


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
        command.arguments(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        sub.set_defaults(run=command.run, show=command.show, failed=command.failed)
    return parser


if __name__ == "__main__":
    main()
