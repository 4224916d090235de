"""Counts in words."""


def counted(number: int, noun: str, several: str | None = None) -> str:
    """Return a number with its noun.

    Args:
        number: How many.
        noun: One of them.
        several: Several of them; with an s unless told.

    Returns:
        The words.

    Example:
        >>> counted(1, "split"), counted(1200, "clip"), counted(2, "query", "queries")
        ('1 split', '1,200 clips', '2 queries')
    """
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"
