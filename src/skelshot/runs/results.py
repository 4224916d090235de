"""Result of a split's training: `result.json`, with the digests of what stands beside it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import ConfigDict, Field
from pydantic.types import NonNegativeInt

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, sha256_of, write_json
from skelshot.ground.options import Options, read_document

FILE = "result.json"
DIGESTED = ("config.yaml", "checkpoints/encoder.safetensors", "checkpoints/method.safetensors")
"""The files of a split whose digests its result holds, where they are."""

_ANEW = f"delete {FILE} to train this split anew"


class _Sides(Options):
    model_config = ConfigDict(strict=True, extra="allow")

    sides: Literal["matter", "ignore"]
    because: str
    pairs: list[Annotated[list[str], Len(2, 2)]]
    remark: str | None = None


class _Preset(Options):
    model_config = ConfigDict(strict=True)

    name: str
    evaluate: dict[str, Any]
    adapted: list[str] = Field(default_factory=list)


class _Result(Options):
    """The entries of a result that are read again; earlier versions wrote fewer."""

    model_config = ConfigDict(strict=True, extra="allow")

    split: NonNegativeInt
    base: list[str]
    seconds: dict[str, float]
    novel: list[str] | None = None
    sides: _Sides | None = None
    mirrored_before: bool = False
    preset: _Preset | None = None
    store: str | None = None
    files: dict[str, str] | None = None
    sha256: str | None = None


def write_result(folder: Path, result: Mapping[str, Any]) -> dict[str, Any]:
    """Write `result.json`, which marks a split as done.

    Args:
        folder: The split's folder, with all else that it will hold.
        result: What came out.

    Returns:
        What was written: the result, the digests of the files beside it, and its own.
    """
    files = {name: sha256_of(folder / name) for name in DIGESTED if (folder / name).exists()}
    document = {**result, "files": files}
    document["sha256"] = _digest(document)
    write_json(folder / FILE, document)
    return document


def read_result(folder: Path) -> dict[str, Any]:
    """Read the result of a split.

    Args:
        folder: The split's folder.

    Returns:
        What `result.json` holds.

    Raises:
        SkelshotError: It cannot be read, is no result, or was changed since it was written.
    """
    file = folder / FILE
    result = read_json(file)
    advice = f"found no result of a split, expected split, base and seconds; {_ANEW}"
    known = read_document(_Result, result, str(file), advice)
    if known.sha256 is not None and known.sha256 != (found := _digest(result)):
        raise SkelshotError(
            f"{file}: found content of SHA-256 {found:.12}, expected {known.sha256:.12}; {_ANEW}"
        )
    return dict(result)


def check_split(folder: Path, config: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Refuse a finished split whose folder is not what it says.

    Results of earlier versions hold no digests; of those split and classes alone are compared.

    Args:
        folder: The split's folder.
        config: What its `config.yaml` holds.
        number: The split that it should be.

    Returns:
        Its result.

    Raises:
        SkelshotError: The result is of another split or other classes than the configuration,
            or a file is missing or not the one that was written.
    """
    result = read_result(folder)
    for key, expected in {"split": number, "base": config.get("base")}.items():
        for name, found in (("config.yaml", config.get(key)), (FILE, result[key])):
            if found != expected:
                raise SkelshotError(
                    f"{folder / name}, {key}: found {found!r:.80}, expected {expected!r:.80}; the "
                    "folder holds files of another split, pretrain this one into another --out"
                )
    for name, written in (result.get("files") or {}).items():
        if name in DIGESTED:
            _check_file(folder / name, written)
    return result


def _check_file(file: Path, written: str) -> None:
    if not file.exists():
        raise SkelshotError(f"{file}: missing, expected what this split was trained to; {_ANEW}")
    if (found := sha256_of(file)) != written:
        raise SkelshotError(
            f"{file}: damaged or not the file of this split (found SHA-256 {found:.12}, expected "
            f"{written:.12}); put the file back, or {_ANEW}"
        )


def _digest(result: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all entries but the digest itself."""
    rest = {name: value for name, value in result.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
