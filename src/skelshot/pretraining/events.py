"""Figures of a run as TensorBoard reads them."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from skelshot.ground.files import errors_named


class EventsFile:
    """Writes TensorBoard events, each at once.

    The library's own writer has a thread, which tells a full disk to nobody but the terminal.

    Args:
        folder: Where the file goes; made if missing. Each stage needs one of its own: a process
            that goes on has TensorBoard forget later epochs of all that the folder holds.
        stage: Name of the stage, before the names of its figures.
        done: Epochs that an earlier process finished; TensorBoard leaves out later ones that an
            older file holds.
    """

    def __init__(self, folder: Path, stage: str, done: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{time.time():.0f}.{socket.gethostname()}.{os.getpid()}.{stage}"
        self._file = folder / name
        self._stage = stage
        begun = [Event(wall_time=time.time(), file_version="brain.Event:2")]
        if done:
            again = SessionLog(status=SessionLog.START)
            begun.append(Event(wall_time=time.time(), step=done + 1, session_log=again))
        self._append(*begun)

    def write(self, step: int, figures: Mapping[str, float]) -> None:
        """Write the figures of a step.

        Args:
            step: Its number.
            figures: Mean loss and the like.
        """
        values = [
            Summary.Value(tag=f"{self._stage}/{name}", simple_value=value)
            for name, value in figures.items()
        ]
        self._append(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))

    def _append(self, *events: Event) -> None:
        with errors_named(self._file), self._file.open("ab") as handle:
            for event in events:
                RecordWriter(handle).write(event.SerializeToString())
