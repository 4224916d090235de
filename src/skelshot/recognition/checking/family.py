"""All that is looked for, in the order in which it is told."""

from skelshot.recognition.checking.alike import Alike
from skelshot.recognition.checking.bodies import (
    Mirrored,
    UpsideDown,
    WrongLayout,
    WrongPixels,
    WrongUnits,
)
from skelshot.recognition.checking.copies import Copies
from skelshot.recognition.checking.few import Few
from skelshot.recognition.checking.frozen import Frozen
from skelshot.recognition.checking.leaps import Leaps, Swapped
from skelshot.recognition.checking.missing import Missing
from skelshot.recognition.checking.rate import WrongRate
from skelshot.recognition.checking.short import Short
from skelshot.recognition.checking.stretching import Stretching
from skelshot.recognition.checking.suspicion import Suspect
from skelshot.recognition.checking.unlike import Unlike

SUSPECTS: tuple[type[Suspect], ...] = (
    UpsideDown,
    Mirrored,
    WrongUnits,
    WrongPixels,
    WrongLayout,
    Stretching,
    Missing,
    Frozen,
    WrongRate,
    Leaps,
    Swapped,
    Short,
    Copies,
    Few,
    Alike,
    Unlike,
)
"""A row each."""
