"""Every choice of an evaluation, typed."""

from typing import Any

from pydantic import Field, field_validator

from skelshot.fewshot import METHODS
from skelshot.runs.embed_options import EmbedOptions


class EvaluateOptions(EmbedOptions):
    """Options of read-out and classification of novel clips; the rest is that of `EmbedOptions`.

    Args:
        classifiers: Options of each few-shot method, by its name or one that papers use.

    Raises:
        SkelshotError: A value is out of range or unknown, there is no method of some name, or a
            method does not have some option.

    Example:
        >>> EvaluateOptions(classifiers={"Fully Connected": {"width": 64}}).classifiers
        {'fc-readout': {'width': 64}}
    """

    classifiers: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("classifiers")
    @classmethod
    def _by_method(cls, given: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        known: dict[str, dict[str, Any]] = {}
        for name, options in given.items():
            method = METHODS.named(name, "evaluate.classifiers")
            with METHODS.telling(method.name):
                method.from_options(options)  # refuses what the method does not have
            known.setdefault(method.name, {}).update(options)
        return known
