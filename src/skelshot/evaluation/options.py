"""Every choice of an evaluation, typed."""

from typing import Any

from pydantic import Field

from skelshot.runs.embed_options import EmbedOptions


class EvaluateOptions(EmbedOptions):
    """How novel clips are read out and classified; the rest is that of `EmbedOptions`.

    Args:
        classifiers: Options of each few-shot method, by its name.
    """

    classifiers: dict[str, dict[str, Any]] = Field(default_factory=dict)
