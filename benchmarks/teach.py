"""Clips a second of `teach` against the bare model on the same frames, and its memory.

    python benchmarks/teach.py STORE --videos DIR

The model is an X-CLIP B/16 of the true architecture with random weights (a folder of a trained
one may be told with --model). Both halves run in this process with the same number of threads,
turn by turn; the ratio says what decoding, cropping, writing and waiting cost.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch

from skelshot.datasets.store import Store
from skelshot.ground.environment import environment, peak_memory_mb
from skelshot.ground.errors import SkelshotError
from skelshot.mini_teacher.tokenising import everyday_words, learn_vocabulary, write_tokeniser
from skelshot.teachers.extract.frame_sources import VideoSource
from skelshot.teachers.extract.job import ExtractOptions
from skelshot.teachers.extract.prefetch import prefetched
from skelshot.teachers.extract.videos import extract_videos
from skelshot.teachers.models.loading import import_transformers
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from skelshot.teachers.models.xclip import XCLIPTeacher
from skelshot.videos.clip_frames import VideoOptions


def write_random_xclip(folder: Path, patch: int) -> None:
    """Write an X-CLIP of the base size with random weights, and a vocabulary."""
    transformers = import_transformers()

    tokens, merges = learn_vocabulary([], everyday_words())
    text = {"vocab_size": len(tokens), "hidden_size": 512, "intermediate_size": 2048}
    text |= {"num_hidden_layers": 12, "num_attention_heads": 8}
    vision = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12}
    vision |= {"num_attention_heads": 12, "image_size": 224, "patch_size": patch, "num_frames": 8}
    config = transformers.XCLIPConfig(text_config=text, vision_config=vision, projection_dim=512)
    torch.manual_seed(0)
    model = transformers.XCLIPModel(config)
    model.save_pretrained(folder)
    write_tokeniser(folder, tokens, merges, 77)
    Preprocessing(224, 224, IMAGENET_MEAN, IMAGENET_STD).write(folder)


def main() -> None:
    """Measure, and print a JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--videos", required=True)
    parser.add_argument("--model", type=Path, help="a transformers folder (default: random B/16)")
    parser.add_argument("--patch", type=int, default=16, choices=[16, 32])
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--decoders", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--device", default="cpu", help="of both halves (default: cpu)")
    parsed = parser.parse_args()
    torch.set_num_threads(parsed.threads)
    store = Store.open(parsed.store)
    with tempfile.TemporaryDirectory() as scratch:
        folder = parsed.model or Path(scratch) / "xclip"
        if parsed.model is None:
            folder.mkdir()
            write_random_xclip(folder, parsed.patch)
        teacher = XCLIPTeacher(folder, device=parsed.device, precision=parsed.precision)
        options = VideoOptions(frames=teacher.frames, size=teacher.frame_size)
        source = VideoSource(parsed.videos, options)
        shown = [clip for clip in store.clips if clip.video_file][: parsed.clips]
        if len(shown) < parsed.clips:
            raise SkelshotError(f"{parsed.store}: found {len(shown)} clips with a video")
        labels = sorted({clip.label for clip in shown})
        clips = [place for place, clip in enumerate(store.clips) if clip.label in labels]

        def make_ready(i: int) -> torch.Tensor:
            (sample,) = source.frames(store.clips[i], store.sequence(i), [None])
            return teacher.preprocess(sample.frames)

        ready = list(prefetched(clips, make_ready, parsed.decoders, parsed.batch))
        teacher.encode_video(torch.stack(ready[: parsed.batch]))  # warm
        bare, whole = [], []
        for turn in range(parsed.rounds):
            clock = time.perf_counter()
            for start in range(0, len(ready), parsed.batch):
                teacher.encode_video(torch.stack(ready[start : start + parsed.batch]))
            bare.append(len(ready) / (time.perf_counter() - clock))
            how = ExtractOptions(batch=parsed.batch, decoders=parsed.decoders)
            clock = time.perf_counter()
            out = Path(scratch) / f"features-{turn}"
            extract_videos(store, teacher, source, ["{}"], out, labels=labels, options=how)
            whole.append(len(ready) / (time.perf_counter() - clock))
    document = {
        "clips": len(ready),
        "bare_clips_per_second": bare,
        "whole_clips_per_second": whole,
        "ratio": max(whole) / max(bare),
        "peak_memory_mb": peak_memory_mb(),
        "options": {name: str(value) for name, value in vars(parsed).items()},
        "environment": environment(),
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
