"""Files of results: other settings, another file, so that none overwrites another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.files import check_writable, read_json
from skelshot.ground.regular import check_regular
from skelshot.ground.seeding import digest_of


def settings_digest(settings: Mapping[str, Any]) -> str:
    """Hash all that decides a result.

    Args:
        settings: Plain values by name.

    Returns:
        8 hexadecimal digits.

    Example:
        >>> settings_digest({"shots": [1]}) == settings_digest({"shots": [5]})
        False
    """
    return digest_of(*(f"{name}={settings[name]!r}" for name in sorted(settings))).hex()[:8]


def result_file(folder: Path, protocol: str, method: str, digest: str) -> Path:
    """Name the file of a result within a run.

    Args:
        folder: The run.
        protocol: Name of the protocol.
        method: Name of the method.
        digest: Of the settings.

    Returns:
        For example `RUN/results/nw-ucla-cosine-1a2b3c4d.json`.
    """
    return folder / "results" / f"{protocol}-{method}-{digest}.json"


def check_two_files(out: Path | None, queries: Path) -> None:
    """Refuse to write the result and the table of queries to one place.

    Args:
        out: Where the result is to stand, if that was told.
        queries: Where the table is to stand.

    Raises:
        SkelshotError: They are the same file.
    """
    if out is not None and out.resolve() == queries.resolve():
        raise SkelshotError(f"{out}: found as --out and as --queries, expected two files")


def make_folder(file: Path) -> None:
    """Make the folder of a result where it is missing.

    Args:
        file: Where the result is to stand.

    Raises:
        SkelshotError: Nothing can be written there.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SkelshotError(
            f"{file.parent}: cannot be made ({error.strerror}); name another --out"
        ) from error
    check_writable(file.parent, "--out")


def check_replaceable(file: Path, digest: str) -> None:
    """Refuse to write a result over anything but a result of the same settings.

    Args:
        file: Where the result is to stand.
        digest: Of its settings.

    Raises:
        SkelshotError: A result of other settings stands there, or something else.
    """
    check_regular(file)
    if not file.exists():
        return
    try:
        found = read_json(file)
    except SkelshotError:
        found = None
    settings = found.get("settings") if isinstance(found, dict) else None
    if settings != digest:
        what = "a result of other settings" if settings else "a file that is no such result"
        raise SkelshotError(
            f"{file}: found {what}, expected none to be overwritten; name another --out, or delete "
            "it"
        )
