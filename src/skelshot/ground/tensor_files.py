"""Safetensors files with the same bytes for the same content."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from skelshot.ground.files import whole_file

_LENGTH_BYTES = 8


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, str] | None = None
) -> None:
    """Write tensors to a `.safetensors` file, whole or not at all.

    Equal tensors and notes give equal bytes, where the library's own writer puts the notes in
    random order; so digests of the file tell whether its content is the same.

    Args:
        path: The file; its folder must exist.
        tensors: By name, on any device.
        notes: Texts by name, kept in the header.

    Raises:
        SkelshotError: What stands at `path` is no regular file.

    Example:
        >>> import tempfile, torch
        >>> file = Path(tempfile.mkdtemp()) / "a.safetensors"
        >>> write_tensors(file, {"x": torch.ones(2)}, {"b": "1", "a": "2"})
        >>> file.read_bytes()[8:45]
        b'{"__metadata__":{"a":"2","b":"1"},"x"'
    """
    content = save({name: t.detach().cpu().contiguous() for name, t in tensors.items()})
    start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    header = json.loads(content[_LENGTH_BYTES:start])
    if notes:
        header = {"__metadata__": dict(sorted(notes.items())), **header}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)  # so that the numbers are aligned
    with whole_file(path) as partial, partial.open("wb") as file:
        file.write(len(text).to_bytes(_LENGTH_BYTES, "little"))
        file.write(text)
        file.write(memoryview(content)[start:])
