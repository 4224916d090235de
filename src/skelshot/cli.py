"""The command line: parses, calls, prints."""

import argparse
import errno
import io
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from skelshot import __version__
from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice, OldName
from skelshot.ground.interrupts import CtrlC, answer_ctrl_c, ctrl_c_was_heard, ignore_ctrl_c_at_exit
from skelshot.ground.json_text import readable_json
from skelshot.ground.memory import memory_is_short
from skelshot.ground.printable import escaped, printable
from skelshot.ground.streams import open_streams, print_error, print_out
from skelshot.ground.suggestions import did_you_mean

Document = dict[str, Any]
BAD_CALL = 2
INTERRUPTED = 130
LONGEST_MESSAGE = 2000
_INTERRUPTED_LINE = "interrupted; what is done is kept, the same command goes on"
_FORMAT = warnings.formatwarning
_FULL = (errno.ENOSPC, errno.EDQUOT)


class _Once(argparse.Action):
    """Stores a value, and refuses a second one, which would silently take the first one's place."""

    said = False

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value."""
        if self.said and self.option_strings:
            several = ", with all its values" if self.nargs in ("+", "*") else ""
            raise argparse.ArgumentError(self, f"found twice; say it once{several}")
        self.said = True
        setattr(namespace, self.dest, values)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one line."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self.register("action", None, _Once)
        self.register("type", None, _text)
        self.register("type", Path, _path)
        self.register("type", int, _whole_number)
        self.later: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *words: Any, **options: Any) -> Any:
        """Add a command's arguments once it is chosen: what they come from may import slowly."""
        later, self.later = self.later, None
        if later is not None:
            later(self)
            self._refuse_unknown(words[0])
        return super().parse_known_args(*words, **options)

    def _refuse_unknown(self, words: Sequence[str]) -> None:
        """Refuse an option that is none, before one that is needed is said to be missing."""
        for word in words:
            if word == "--":
                return
            option = word.partition("=")[0]
            is_option = word.startswith("--") and " " not in word  # as argparse tells them
            known = self._option_string_actions
            if is_option and not any(name.startswith(option) for name in known):
                self.error(f"unrecognized arguments: {option}{did_you_mean(option, known)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the nearest choice beside all others."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            near = did_you_mean(str(value), map(str, action.choices or ()))
            raise argparse.ArgumentError(action, f"{error.message}{near}") from None

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with code 2."""
        shown = printable(message, LONGEST_MESSAGE - 100)
        _leave(f"error: {shown} (try {self.prog} --help)", BAD_CALL)


def _text(word: str) -> str:
    """Read a text that says something; a blank one would be taken for none given."""
    if not word.strip():
        raise argparse.ArgumentTypeError(f"found {word!r}, expected a word")
    return word


def _path(word: str) -> Path:
    """Read a path that names something; an empty one would be the working folder."""
    if not word.strip():
        raise argparse.ArgumentTypeError(f"found {word!r}, expected a path")
    path = Path(word)
    try:
        whole = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a zero byte
        raise argparse.ArgumentTypeError(f"found {word[:200]!r}, expected a path") from error
    return path if path.name not in ("", "..") else whole


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
    lower, ctrl_c = "", CtrlC()
    try:
        ctrl_c = answer_ctrl_c()
        _begin()
        parsed = build_parser().parse_args(arguments)
        lower = parsed.lower
        document: Document = parsed.run(parsed)
        _print(document, parsed)
        if parsed.failed(document):
            sys.exit(BAD_CALL)
    except KeyboardInterrupt:
        ctrl_c_was_heard()
        _leave(_INTERRUPTED_LINE, INTERRUPTED)
    except Exception as error:
        if ctrl_c.came:  # and a library has made an error of it
            _leave(_INTERRUPTED_LINE, INTERRUPTED)
        if (message := _one_line(error, lower)) is None:
            raise
        _leave(f"error: {message}", BAD_CALL)
    finally:
        ignore_ctrl_c_at_exit()


def _begin() -> None:
    """Settle what holds for the whole process: memory, streams, notes and Ctrl-C."""
    # Arrow's own allocator ends the process where memory is short; the system's says so.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a result is worth more than a letter
    warnings.formatwarning = _note
    # Another kernel in its place would end in other bits than an undisturbed call's.
    warnings.filterwarnings("error", message="mkldnn_matmul failed")


def _one_line(error: Exception, lower: str) -> str | None:
    """Say what the caller can mend; None for a mistake of the program's own."""
    if memory_is_short(error):
        return f"memory is short; free some{lower and f' or lower {lower}'}, then run it again"
    if isinstance(error, OSError):
        advice = "; make room, the same command goes on" if error.errno in _FULL else ""
        return f"{error.filename or 'system'}: {error.strerror or error}{advice}"
    return str(error) if isinstance(error, SkelshotError) else None


def _note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Put what Skelshot itself has to say into one line; other warnings stay as they are."""
    if issubclass(category, OldName | Notice):
        return f"skelshot: note: {printable(str(message), LONGEST_MESSAGE)}\n"
    return _FORMAT(message, category, filename, lineno, line)


def _leave(message: str, code: int) -> NoReturn:
    print_error(f"skelshot: {printable(message, LONGEST_MESSAGE)}\n")
    sys.exit(code)


def _print(document: Document, parsed: argparse.Namespace) -> None:
    if parsed.json:
        text = readable_json(document, default=str)
    else:
        text = parsed.show(_all_escaped(document))
    print_out(text + "\n")


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
    parser.register("type", None, str)  # the command's own parser looks at its words
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        sub.later = command.arguments
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        sub.set_defaults(
            run=command.run, show=command.show, failed=command.failed, lower=command.lower
        )
    return parser


if __name__ == "__main__":
    main()
