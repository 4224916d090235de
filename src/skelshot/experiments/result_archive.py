"""Many results in one compressed file of JSON lines, so that a published table travels whole."""

import gzip
import json
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from skelshot.ground.errors import SkelshotError
from skelshot.ground.files import whole_file
from skelshot.ground.json_text import parse_json
from skelshot.ground.locks import only_writer
from skelshot.ground.regular import read_regular

MOST_PACKED_BYTES = 16 << 20
"""The largest archive that is read."""

MOST_BYTES = 128 << 20
"""The most text that an archive may unpack to."""


def read_results(path: Path) -> dict[str, dict[str, Any]]:
    """Read all results of an archive.

    Args:
        path: A gzip file of JSON lines, each `{"name": ..., "result": {...}}`; `zcat` shows it.

    Returns:
        Result documents by name, in the order of the file.

    Raises:
        SkelshotError: It cannot be read, unpacks to too much, or a line is none of these; the
            message names file and line.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "table.jsonl.gz"
        >>> append_results(path, {"cosine": {"accuracy": 0.5}})
        >>> append_results(path, {"linear": {"accuracy": 0.4}})
        >>> list(read_results(path))
        ['cosine', 'linear']
    """
    results: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(_unpack(path).splitlines(), start=1):
        place = f"{path}: line {number}"
        entry = parse_json(line, place)
        name, result = _entry(entry, place)
        if name in results:
            raise SkelshotError(f"{place}: the name {name!r} stands twice, expected it once")
        results[name] = result
    return results


def append_results(path: Path, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Add results to an archive, which is made where there is none.

    The file is written anew, whole or not at all; equal results make equal bytes. Runs and files
    that were named by their whole path keep its last two parts: where a table is published nobody
    wants the folders of another's machine.

    Args:
        path: The archive.
        results: Result documents by name. Those that are there already, equal, are kept.

    Raises:
        SkelshotError: As for `read_results`, a name holds another result already, or another
            process is writing the archive.
        ValueError: A document holds NaN or infinity.
    """
    with only_writer(path, "append"):
        kept = read_results(path) if path.exists() else {}
        for name, result in results.items():
            plain = _without_folders(json.loads(_line(name, result))["result"])
            if kept.setdefault(name, plain) != plain:
                raise SkelshotError(
                    f"{path}: found another result under {name!r}, expected the same; "
                    f"take another file or another name"
                )
        text = "".join(_line(name, result) for name, result in kept.items())
        with whole_file(path) as partial:
            partial.write_bytes(gzip.compress(text.encode(), mtime=0))


def _without_folders(value: Any) -> Any:
    """Shorten absolute paths, wherever they stand in a JSON document, to their last two parts."""
    if isinstance(value, dict):
        return {key: _without_folders(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_folders(one) for one in value]
    if isinstance(value, str) and (path := PurePath(value)).is_absolute():
        return "/".join(path.parts[1:][-2:])
    return value


def _line(name: str, result: Mapping[str, Any]) -> str:
    entry = {"name": name, "result": result}
    text = json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text + "\n"


def _unpack(path: Path) -> bytes:
    """Unpack one gzip member, never to more than `MOST_BYTES`."""
    packed = read_regular(path, MOST_PACKED_BYTES)
    unpacker = zlib.decompressobj(wbits=31)  # gzip with its header and checksum
    try:
        text = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise SkelshotError(
            f"{path}: found no gzip file, expected JSON lines packed by gzip; fetch it again"
        ) from error
    if unpacker.unconsumed_tail:
        raise SkelshotError(f"{path}: unpacks to more than {MOST_BYTES} bytes; split it")
    if not unpacker.eof or unpacker.unused_data:
        raise SkelshotError(f"{path}: found a cut or lengthened gzip file; fetch it again")
    return text


def _entry(entry: Any, place: str) -> tuple[str, dict[str, Any]]:
    if isinstance(entry, dict) and entry.keys() == {"name", "result"}:
        name, result = entry["name"], entry["result"]
        if isinstance(name, str) and isinstance(result, dict):
            return name, result
    raise SkelshotError(f"{place}: expected an object of 'name', a text, and 'result', an object")
