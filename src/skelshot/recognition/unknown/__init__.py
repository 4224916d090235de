"""Ways to tell a movement that nobody enrolled, from the support set alone."""

from skelshot.recognition.unknown.family import UNKNOWNS
from skelshot.recognition.unknown.strategy import Reference, UnknownStrategy

__all__ = ["UNKNOWNS", "Reference", "UnknownStrategy"]
