"""Tokenising without truncation: texts longer than the model reads are refused."""

from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.printable import printable


def whole_text(tokeniser: Any, text: str, limit: int, teacher: str, *, pad: bool = False) -> Any:
    """Turn a text into tokens, all of them.

    Models know positions up to a limit. Cut there, texts that differ only at their ends become
    one, and classes with them.

    Args:
        tokeniser: As `load_tokeniser` gives it.
        text: The text.
        limit: Most tokens that the model reads, start and end included.
        teacher: The teacher's name, for the message.
        pad: Fill up to the limit.

    Returns:
        What the tokeniser returns, a row of tensors.

    Raises:
        SkelshotError: The text has more tokens than the limit.
    """
    padding = {"padding": "max_length", "max_length": limit} if pad else {}
    tokens = tokeniser(text, truncation=False, verbose=False, return_tensors="pt", **padding)
    refuse_cut(text, int(tokens["input_ids"].shape[1]), limit, teacher)
    return tokens


def refuse_cut(text: str, tokens: int, limit: int, teacher: str) -> None:
    """Refuse a text of which the model would read the beginning only.

    Args:
        text: The text.
        tokens: How many it has.
        limit: How many the model reads.
        teacher: The teacher's name.

    Raises:
        SkelshotError: There are more than the limit.

    Example:
        >>> refuse_cut("throw", 3, 77, "xclip")
    """
    if tokens > limit:
        raise SkelshotError(
            f"text {printable(text)!r}: found {tokens} tokens, the teacher {teacher} reads at most "
            f"{limit} and would not see the end; shorten it (--class-names, --prompts)"
        )
