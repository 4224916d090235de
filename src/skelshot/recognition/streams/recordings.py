"""Recordings as streams: the frames of clips that were read, one after the other."""

from collections.abc import Iterator

import numpy as np

from skelshot.recognition.streams.frame import Frame
from skelshot.skeletons.sequence import SkeletonSequence


def frames_of(sequence: SkeletonSequence, rate: float, begin: float = 0.0) -> Iterator[Frame]:
    """Play a recording.

    Args:
        sequence: The recording; its frame numbers, where it has them, leave gaps in time.
        rate: Frames a second.
        begin: When the first frame is.

    Yields:
        Its frames; people are called 1, 2, ... in the recording's order.

    Example:
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> clip = SkeletonSequence(np.zeros((1, 3, 20, 3), np.float32), np.ones((1, 3), bool),
        ...                         KINECT_V1)
        >>> [frame.time for frame in frames_of(clip, 10.0)]
        [0.0, 0.1, 0.2]
    """
    index = sequence.frame_index
    for t in range(sequence.frames):
        moment = t if index is None else int(index[t] - index[0])
        there = np.flatnonzero(sequence.present[:, t])
        sure = None if sequence.confidence is None else sequence.confidence[there, t]
        yield Frame(
            begin + moment / rate,
            sequence.joints[there, t],
            sequence.layout,
            tuple(str(person + 1) for person in there.tolist()),
            sure,
        )
