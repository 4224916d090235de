"""Memory that has run out, whoever says so."""

import errno

_SAID = (
    "allocate memory",  # PyTorch's and the system's
    "out of memory",
    "bad_alloc",
    "can't start new thread",
    "could not create a primitive",  # oneDNN's only word for it
    "dataloader worker",  # ended by the system
    "failed to map segment",  # of a library that is loaded
)


def memory_is_short(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, says that memory has run out.

    Libraries say so in exceptions of several kinds, and whoever reads a file takes some of them
    for damage.

    Args:
        error: The error.

    Returns:
        Whether memory was short.

    Example:
        >>> memory_is_short(RuntimeError("DefaultCPUAllocator: can't allocate memory"))
        True
        >>> memory_is_short(RuntimeError("sizes differ"))
        False
    """
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        text = (
            str(error).lower()
            if isinstance(error, RuntimeError | ImportError | UserWarning)
            else ""
        )
        if any(said in text for said in _SAID):
            return True
        error = error.__cause__
    return False
