"""Streams: frames in, events out, as they happen."""

from skelshot.recognition.streams.event import Event
from skelshot.recognition.streams.follower import Follower, follow
from skelshot.recognition.streams.frame import Frame
from skelshot.recognition.streams.options import StreamOptions

__all__ = ["Event", "Follower", "Frame", "StreamOptions", "follow"]
