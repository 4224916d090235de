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

    @field_validator("classifiers")
    @classmethod
    def _of_methods(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Refuse options of no method, or that a method does not have; names become its own."""
        own: dict[str, dict[str, Any]] = {}
        for name, options in value.items():
            method = METHODS.named(name, "evaluate.classifiers")
            with METHODS.telling(method.name):
                method.from_options(options)
            own[method.name] = {**own.get(method.name, {}), **options}
        return own
