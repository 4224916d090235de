"""A video teacher without a model, quick to start: run as a program, it teaches in a process."""

import sys
import time
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from skelshot.datasets.store import Store
from skelshot.teachers import ExtractOptions, extract_videos
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.share import Share
from skelshot.videos.clip_frames import VideoOptions


class MeanTeacher:
    """The mean colour of two frames, and of a text its length and its first three letters."""

    name = "mean"
    dim = 6
    frames = 2
    frame_size = 16
    joint_space = True
    licence = "none"

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.seen = 0

    def fingerprint(self) -> str:
        return "mean v1"

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        return torch.tensor([[len(text)] * 3 + [*text.encode()[:3]] for text in texts]).float()

    def preprocess(self, frames: NDArray[np.uint8]) -> torch.Tensor:
        return torch.from_numpy(frames).permute(0, 3, 1, 2) / 255.0

    def encode_video(self, clips: torch.Tensor) -> torch.Tensor:
        time.sleep(self.pause)
        self.seen += len(clips)
        return clips.mean(dim=(3, 4)).flatten(1)


EXTRACTING = ExtractOptions(draws=1, batch=2, shard=1)
OPTIONS = VideoOptions(frames=2, size=16)


if __name__ == "__main__":
    folder, out, pause = sys.argv[1:]
    report = extract_videos(
        Store.open(f"{folder}/store"),
        MeanTeacher(float(pause)),
        VideoSource(f"{folder}/films", OPTIONS),
        ["{}"],
        out,
        options=EXTRACTING,
        share=Share.from_environment(),
    )
    sys.stdout.write(f"{report.clips} {round(report.clips_per_second * report.seconds)}\n")
