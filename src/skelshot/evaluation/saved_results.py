"""Results as they are read back: the entries of a result document that later steps use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.types import NonNegativeInt

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.options import problem_of

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A fraction from 0 to 1."""


class ShotAccuracy(BaseModel):
    """Accuracies for one number of shots.

    Args:
        mean: The accuracy; None where no query has a label.
        ci95: Its 95 % interval, low and high, where there is one.
        interval: What the interval is over.
        queries: Queries in all tasks together.
        per_split: Accuracy of each split; none where no query has a label.
        per_class: Accuracy of each class that was ever novel.
        confusion: How often each class (row) was called each class (column), in label order.
        protocol_hash: Fingerprint of the splits and of every task's clips.
        ci95_subjects: The interval over performers, where there is one.
        subjects: How many performers there are, where that is known.
        per_draw: Accuracy of each draw, where the interval is over draws.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    mean: Share | None
    ci95: Annotated[list[Share], Len(2, 2)] | None
    interval: Literal["splits", "draws", "queries"] = "splits"
    queries: NonNegativeInt
    per_split: list[Share]
    per_class: dict[str, Share]
    confusion: list[list[NonNegativeInt]]
    protocol_hash: str
    ci95_subjects: Annotated[list[Share], Len(2, 2)] | None = None
    subjects: NonNegativeInt | None = None
    per_draw: list[Share] = Field(default_factory=list)


class SavedResult(BaseModel):
    """A result document, as `skelshot evaluate` writes it.

    Args:
        method: Name of the few-shot method.
        protocol: Name of the protocol.
        splits: Numbers of the splits.
        accuracy: What came out, by shots.
        class_names: Names in label order.
        data_hash: Hash of the store.
        config: What it was evaluated with.
        queries: The table of queries, where one was written.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    method: str
    protocol: str
    splits: Annotated[list[NonNegativeInt], Len(1)]
    accuracy: Annotated[dict[str, ShotAccuracy], Len(1)]
    class_names: list[str]
    data_hash: str
    config: dict[str, Any] = Field(default_factory=dict)
    queries: str | None = None


def saved_result(document: Mapping[str, Any], place: str) -> SavedResult:
    """Look through a result document.

    Args:
        document: The document.
        place: Its file, for messages.

    Returns:
        What is used of it.

    Raises:
        SkelshotError: An entry is missing or of another kind, shots are no numbers, or a result
            has not one accuracy a split and one row a class.
    """
    try:
        result = SavedResult.model_validate(dict(document))
    except ValidationError as error:
        raise SkelshotError(
            f"{place}{problem_of(error, SavedResult)}; expected a result that `skelshot evaluate` "
            "wrote"
        ) from error
    for shots, accuracy in result.accuracy.items():
        if not (shots.isascii() and shots.isdecimal() and len(shots) < 10 and int(shots) > 0):
            raise SkelshotError(
                f"{place}, accuracy: found {shots!r:.40}, expected numbers of shots"
            )
        for name, found, expected in (
            (
                "per_split",
                len(accuracy.per_split),
                len(result.splits) if accuracy.mean is not None else 0,
            ),
            ("confusion", len(accuracy.confusion), len(result.class_names)),
            *(
                ("a row of confusion", len(row), len(result.class_names))
                for row in accuracy.confusion
            ),
        ):
            if found != expected:
                raise SkelshotError(
                    f"{place}, accuracy.{shots}, {name}: found {found} values, expected {expected}"
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
