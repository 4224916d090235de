"""Every choice of an evaluation, typed."""

from typing import Any

from pydantic import Field, field_validator

from skelshot.fewshot import METHODS
from skelshot.runs.embed_options import EmbedOptions


class EvaluateOptions(EmbedOptions):
    """How novel clips are read out and classified; the rest is that of `EmbedOptions`.

    Args:
        classifiers: Options of each few-shot method, by its name.
    """

    classifiers: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("classifiers", mode="after")
    @classmethod
    def _check_names(cls, classifiers: dict[str, Any]) -> dict[str, Any]:
        """Refuse options of methods that there are none of, which would change nothing."""
        return {
            METHODS.named(name, "classifiers").name: options
            for name, options in classifiers.items()
        }
