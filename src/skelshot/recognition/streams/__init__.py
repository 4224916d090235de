"""Streams: frames in, events out, as they happen."""

from skelshot.recognition.streams.event import ActionEvent
from skelshot.recognition.streams.follower import Follower, follow
from skelshot.recognition.streams.frame import Frame
from skelshot.recognition.streams.frame_lines import frame_line, header_line
from skelshot.recognition.streams.options import StreamOptions
from skelshot.recognition.streams.recordings import frames_of

__all__ = [
    "ActionEvent",
    "Follower",
    "Frame",
    "StreamOptions",
    "follow",
    "frame_line",
    "frames_of",
    "header_line",
]
