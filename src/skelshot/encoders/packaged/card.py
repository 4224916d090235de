"""The card of trained weights: what went in, how they were made, what they are bad at."""

from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, sha256_of
from skelshot.ground.options import Options, read_document


class TrainingData(Options):
    """A set that weights were trained on.

    Args:
        name: What its clips and classes begin with.
        about: What it is.
        terms: Under which it may be used.
        clips: How many were trained on.
        classes: Of how many classes.
        people: Of how many people.
        data_hash: Hash of the store that they are of.
    """

    described: ClassVar[str] = "card, data"

    name: str
    about: str
    terms: str
    clips: int
    classes: int
    people: int
    data_hash: str


class Measured(Options):
    """An accuracy of weights, beside which a method without them stands as another one.

    Args:
        task: What was recognised.
        method: The few-shot method.
        shots: Exemplars a class.
        mean: Accuracy, 0 to 1.
        ci95: Its 95 % interval; None where there is none.
    """

    described: ClassVar[str] = "card, measured"

    task: str
    method: str
    shots: int
    mean: float
    ci95: tuple[float, float] | None = None


class WeightsCard(Options):
    """A model card as data, from which the page beside the weights is written.

    Args:
        name: What the weights are called.
        about: One sentence.
        sha256: Of their file, 64 hexadecimal digits.
        encoder: Name of the encoder.
        parameters: Numbers that it learnt.
        licence: Of the weights.
        data: What they were trained on.
        left_out: Sets that the recipe can take and that were not given.
        learnt_from: SHA-256 of packaged weights whose likenesses they learnt, by name.
        seed: Data, first weights, batches and changes follow from it.
        recipe: All settings, flat.
        command: The call that makes them again.
        environment: Processor and versions.
        measured: What they are worth.
        bad_at: What not to expect of them.
    """

    described: ClassVar[str] = "card"

    name: str
    about: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    encoder: str
    parameters: int
    licence: str
    data: tuple[TrainingData, ...] = Field(min_length=1)
    left_out: tuple[str, ...] = ()
    learnt_from: dict[str, str] = Field(default_factory=dict)
    seed: int
    recipe: dict[str, Any]
    command: str
    environment: dict[str, Any] = Field(default_factory=dict)
    measured: tuple[Measured, ...] = ()
    bad_at: tuple[str, ...] = ()


def read_card(file: Path) -> WeightsCard:
    """Read a card.

    Args:
        file: `NAME.json`.

    Returns:
        The card.

    Raises:
        SkelshotError: The file is missing, damaged or no card.
    """
    return read_document(WeightsCard, read_json(file), str(file), "install Skelshot again")


def card_of(weights: Path) -> WeightsCard | None:
    """Read the card beside weights.

    Args:
        weights: `NAME.safetensors`.

    Returns:
        The card in `NAME.json`; None where there is none.
    """
    try:
        return read_card(weights.with_suffix(".json"))
    except SkelshotError:
        return None  # none, or a file of another kind


def check_card(
    weights: Path | str, advice: str = "fetch both again, or take the card away"
) -> None:
    """Refuse weights that are not those of the card beside them.

    Args:
        weights: `NAME.safetensors`. Where no `NAME.json` beside it is a card, nothing is checked.
        advice: Words on how to go on with other weights.

    Raises:
        SkelshotError: The card tells of other weights.
    """
    weights = Path(weights)
    try:
        card = read_json(weights.with_suffix(".json"))
    except SkelshotError:
        return  # none, or a file of another kind
    expected = card.get("sha256") if isinstance(card, dict) and "parameters" in card else None
    if isinstance(expected, str) and (found := sha256_of(weights)) != expected:
        raise SkelshotError(
            f"{weights}: found SHA-256 {found:.16}..., expected {expected:.16}... as its card "
            f"{weights.stem}.json says; {advice}"
        )
