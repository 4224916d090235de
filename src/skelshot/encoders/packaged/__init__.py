"""Trained encoders that come with the package, each with its card."""

from skelshot.encoders.packaged.card import (
    Measured,
    TrainingData,
    WeightsCard,
    card_of,
    check_card,
    read_card,
)
from skelshot.encoders.packaged.weights import (
    load_packaged,
    packaged_card,
    packaged_file,
    packaged_for,
    packaged_names,
)

__all__ = [
    "Measured",
    "TrainingData",
    "WeightsCard",
    "card_of",
    "check_card",
    "load_packaged",
    "packaged_card",
    "packaged_file",
    "packaged_for",
    "packaged_names",
    "read_card",
]
