"""Synthetic twins of further data sets: the same people, cameras and sensor, in other formats."""

from typing import Any

from skelshot.synthesis.twins.msr_action_pairs import MsrActionPairsTwin
from skelshot.synthesis.twins.pku_mmd import PkuMmdTwin
from skelshot.synthesis.twins.twin import Twin

TWINS: dict[str, type[Twin[Any]]] = {twin.name: twin for twin in (PkuMmdTwin, MsrActionPairsTwin)}
"""The twins by the name of their format, as `prepare` knows it."""
