"""The product face: show an action a few times, and it is recognised from then on."""

from skelshot.recognition.answer import Answer
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.recognizer import Recognizer

__all__ = ["Answer", "Exemplar", "MatchOptions", "Recognizer"]
