"""Results as they are read back: the entries of a result document that later steps use."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.types import NonNegativeInt

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.options import Options, read_document


def _number(text: str) -> str:
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise ValueError("expected numbers of shots")
    return text


Shots = Annotated[str, AfterValidator(_number)]
"""A number of exemplars a class, as the key of what came out for it."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A fraction from 0 to 1."""

Ends = Annotated[list[Share], Len(2, 2)]
"""The low and the high end of an interval."""


class MeasuredAccuracy(Options):
    """Accuracies for one number of shots, as tables and differences use them.

    Args:
        mean: The accuracy; None where no query has a label.
        ci95: Its 95 % interval, low and high, where there is one.
        per_split: Accuracy of each split; none where no query has a label.
        per_draw: Accuracy of each draw, where the interval is over draws.
        per_seed: Accuracy of each training seed, where the interval is over seeds.
        protocol_hash: Fingerprint of the splits and of every task's clips.
    """

    model_config = ConfigDict(strict=True, extra="ignore")

    mean: Share | None = None
    ci95: Annotated[list[float], Len(2, 2)] | None = None  # of few seeds it leaves [0, 1]
    per_split: list[Share] = Field(default_factory=list)
    per_draw: list[Share] = Field(default_factory=list)
    per_seed: list[Share] = Field(default_factory=list)
    protocol_hash: str | None = None


class MeasuredResult(Options):
    """A result as tables and differences use it, whoever measured it.

    Args:
        protocol: Name of the protocol.
        splits: Numbers of the splits.
        seeds: The training seeds, where the interval is over seeds.
        accuracy: What came out, by shots.
        data_hash: Hash of the store; by name where there are two, as an encoder of other data has.
    """

    model_config = ConfigDict(strict=True, extra="ignore")

    protocol: str | None = None
    splits: list[NonNegativeInt] | None = None
    seeds: list[NonNegativeInt] | None = None
    accuracy: Mapping[Shots, MeasuredAccuracy] = Field(default_factory=dict)
    data_hash: str | dict[str, str] | None = None

    @property
    def shots(self) -> list[int]:
        """The numbers of shots that it has."""
        return sorted(map(int, self.accuracy))

    def of_shots(self, shots: str, name: str) -> MeasuredAccuracy:
        """Return what came out for one number of shots.

        Args:
            shots: The number.
            name: What the result is called in messages.

        Returns:
            Mean, interval and values.

        Raises:
            SkelshotError: It has none.
        """
        if shots not in self.accuracy:
            there = ", ".join(self.accuracy) or "no few-shot accuracy"
            raise SkelshotError(
                f"{name}: found {there}, expected {shots} among the numbers of shots; evaluate it "
                f"with --shots {shots}"
            )
        return self.accuracy[shots]


class ShotAccuracy(MeasuredAccuracy):
    """Accuracies for one number of shots; further entries are those of `MeasuredAccuracy`.

    Args:
        interval: What the interval is over.
        queries: Queries in all tasks together.
        per_class: Accuracy of each class that was ever novel.
        confusion: How often each class (row) was called each class (column), in label order.
        ci95_subjects: The interval over performers, where there is one.
        subjects: How many performers there are, where that is known.
    """

    mean: Share | None
    ci95: Ends | None
    interval: Literal["splits", "draws", "queries"] = "splits"
    queries: NonNegativeInt
    per_split: list[Share]
    per_class: dict[str, Share]
    confusion: list[list[NonNegativeInt]]
    protocol_hash: str
    ci95_subjects: Ends | None = None
    subjects: NonNegativeInt | None = None


class SavedResult(MeasuredResult):
    """A whole result document, as `skelshot evaluate` writes it.

    Args:
        method: Name of the few-shot method.
        protocol: Name of the protocol.
        splits: Numbers of the splits.
        accuracy: What came out, by shots.
        class_names: Names in label order.
        data_hash: Hash of the store.
        config: What it was evaluated with.
        evaluated_on: The data by name, where the result tells them.
        queries: The table of queries, where one was written.
    """

    method: str
    protocol: str
    splits: Annotated[list[NonNegativeInt], Len(1)]
    accuracy: Annotated[Mapping[Shots, ShotAccuracy], Len(1)]
    class_names: list[str]
    data_hash: str
    config: dict[str, Any] = Field(default_factory=dict)
    evaluated_on: dict[str, Any] = Field(default_factory=dict)
    queries: str | None = None


_ADVICE = "expected a result that `skelshot evaluate` wrote"


def measured_result(document: Mapping[str, Any], place: str) -> MeasuredResult:
    """Look through the accuracies of a result document, as published tables hold them.

    Args:
        document: The document.
        place: Its file or name, for messages.

    Returns:
        What tables and differences use of it.

    Raises:
        SkelshotError: An entry is of another kind than results have.
    """
    return read_document(MeasuredResult, document, place, _ADVICE)


def saved_result(document: Mapping[str, Any], place: str) -> SavedResult:
    """Look through a whole result document.

    Args:
        document: The document.
        place: Its file, for messages.

    Returns:
        What is used of it.

    Raises:
        SkelshotError: An entry is missing or of another kind, shots are no numbers, or a result
            has not one accuracy a split and one row a class.
    """
    result = read_document(SavedResult, document, place, _ADVICE)
    classes = len(result.class_names)
    for shots, accuracy in result.accuracy.items():
        splits = 0 if accuracy.mean is None else len(result.splits)
        for name, found, expected in (
            ("per_split", len(accuracy.per_split), splits),
            ("confusion", len(accuracy.confusion), classes),
            *(("a row of confusion", len(row), classes) for row in accuracy.confusion),
        ):
            if found != expected:
                raise SkelshotError(
                    f"{place}, accuracy.{shots}, {name}: found {found} values, expected "
                    f"{expected}; {_ADVICE}"
                )
    return result


def read_saved_result(path: Path) -> SavedResult:
    """Read a result document.

    Args:
        path: The JSON file.

    Returns:
        What is used of it.

    Raises:
        SkelshotError: It cannot be read, or as for `saved_result`.
    """
    return saved_result(read_mapping(path), str(path))
