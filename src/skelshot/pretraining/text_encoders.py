"""Text encoders of frozen teachers, for few-shot methods that read the names of classes."""

from skelshot.fewshot import TextEncoder
from skelshot.teachers import teacher_named


def text_encoder(name: str, model: str | None = None) -> TextEncoder:
    """Load the text encoder of a teacher.

    Args:
        name: The teacher, such as `minilm`.
        model: Another model of that teacher: a folder or an id.

    Returns:
        What turns texts into vectors.

    Raises:
        SkelshotError: There is no such teacher, or it cannot be loaded.

    Example:
        >>> text_encoder("random-code")(["wave", "kick"]).shape
        torch.Size([2, 384])
    """
    return teacher_named(name, model=model).encode_text
