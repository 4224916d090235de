"""The one exception as scikit-learn expects it: a `ValueError` too."""

from collections.abc import Iterator
from contextlib import contextmanager

from skelshot.ground import SkelshotError


class EstimatorError(SkelshotError, ValueError):
    """Something that the caller of a scikit-learn estimator can mend.

    Args:
        message: As of every `SkelshotError`, one line.

    Example:
        >>> isinstance(EstimatorError("y: found 2 labels, expected 3"), ValueError)
        True
    """


@contextmanager
def told_as_values(place: str | None = None) -> Iterator[None]:
    """Tell what is wrong by `EstimatorError`; serves as a decorator too.

    Args:
        place: Where it is, as the message begins; then `ValueError`s and `TypeError`s
            are told so as well.

    Yields:
        Nothing.

    Raises:
        EstimatorError: A `SkelshotError` was raised.

    Example:
        >>> with told_as_values("y"):
        ...     int("wave")
        Traceback (most recent call last):
        ...
        skelshot.recognition.sklearn_face.estimator_error.EstimatorError: y: invalid literal for
        int() with base 10: 'wave'
    """
    try:
        yield
    except EstimatorError:
        raise
    except SkelshotError as error:
        raise EstimatorError(f"{place}: {error}" if place else str(error)) from error
    except (ValueError, TypeError) as error:
        if place is None:
            raise
        raise EstimatorError(f"{place}: {error}") from error
