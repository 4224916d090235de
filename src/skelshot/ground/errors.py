"""The one exception that users are meant to see."""


class SkelshotError(Exception):
    """Something the caller can mend: a bad file, a bad option, an impossible task.

    The message is one line that names the place (file, field, option), what was found, what
    was expected and what to do. The command line prints it and exits with code 2.

    Args:
        message: What went wrong; line breaks are folded into spaces.

    Example:
        >>> raise SkelshotError("frames: found 0, expected at least 2")
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: frames: found 0, expected at least 2
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class OldName(FutureWarning):
    """An option was given by the name it had before."""


class Notice(UserWarning):
    """Something that did not stop the work and that the caller should know, in one line."""
