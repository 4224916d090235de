"""Names from data that become names of files."""

from typing import Annotated

from pydantic import AfterValidator

LONGEST = 100
_FORBIDDEN = frozenset('/\\:*?"<>|')


def check_file_name(name: str) -> str:
    r"""Refuse a name that is no plain file name on every system, such as `../x`.

    Args:
        name: From a file.

    Returns:
        The name.

    Raises:
        ValueError: It is empty, longer than 100 bytes, not printable, begins with a dot or a
            dash, ends with a dot, has a space at an end or holds one of / \ : * ? " < > |.

    Example:
        >>> check_file_name("ntu60-one-shot")
        'ntu60-one-shot'
        >>> check_file_name("../x")
        Traceback (most recent call last):
        ...
        ValueError: expected a name that may stand in a file's name, such as my-protocol
    """
    plain = name.isprintable() and not _FORBIDDEN.intersection(name)
    ends = name.startswith((".", "-")) or name.endswith(".") or name != name.strip()
    if not plain or ends or not 0 < len(name.encode()) <= LONGEST:
        raise ValueError("expected a name that may stand in a file's name, such as my-protocol")
    return name


FileName = Annotated[str, AfterValidator(check_file_name)]
"""A field of a model whose value may become part of a file's name."""
