"""Sanity first: what is probably wrong with people's own clips, before they are learnt from."""

from skelshot.recognition.checking.check import CheckedClass, CheckReport, check_clips
from skelshot.recognition.checking.family import SUSPECTS
from skelshot.recognition.checking.suspicion import Suspect, Suspicion

__all__ = ["SUSPECTS", "CheckReport", "CheckedClass", "Suspect", "Suspicion", "check_clips"]
