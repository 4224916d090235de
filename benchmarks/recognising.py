"""How long the recogniser takes to enrol a clip and to answer about one, from file to answer.

Clips are NW-UCLA's JSON files, and with `--videos` any videos with a person (extra `pose`). Twenty
of one person are enrolled one by one, as a user would, then sixty of other people are asked about.
One thread; what is loaded once is loaded before.

    python benchmarks/recognising.py DATA/nw-ucla [--encoder skelshot-small] [--videos A.avi ...]
"""

import argparse
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch

from skelshot.ground.environment import processor_name
from skelshot.recognition import Recognizer

ENROLLED, ASKED = 20, 60


def milliseconds(of: Callable[[Path], object], files: Iterable[Path]) -> str:
    """Call for each file and return the median and the 95th percentile, wall time."""
    taken = []
    for file in files:
        began = time.perf_counter()
        of(file)
        taken.append(1000 * (time.perf_counter() - began))
    return " / ".join(f"{value:.0f}" for value in np.percentile(taken, [50, 95]))


def main() -> None:
    """Read the words and print a row a kind of clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path, help="NW-UCLA's folder of JSON files")
    parser.add_argument("--encoder", default="skelshot-base")
    parser.add_argument("--videos", type=Path, nargs="*", default=[])
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    files = sorted(parsed.raw.rglob("a*_s*_e*_v*.json"))
    shown = [file for file in files if "_s01_" in file.name and "_v01" in file.name][:ENROLLED]
    others = [file for file in files if "_s01_" not in file.name]
    asked = others[:: max(1, len(others) // ASKED)][:ASKED]
    recognizer = Recognizer(parsed.encoder)
    recognizer.enroll("first", shown[0])
    recognizer.predict(asked[0])
    print(f"{parsed.encoder}, {processor_name()}, one thread; p50 / p95, wall ms")
    print("| clips | enrol one more | answer |")
    print("|---|---|---|")
    enrol = milliseconds(lambda file: recognizer.enroll(file.name[:3], file), shown)
    print(f"| {len(shown)} and {len(asked)} skeleton files | {enrol} |", end=" ")
    print(f"{milliseconds(recognizer.predict, asked)} |")
    if parsed.videos:
        enrol = milliseconds(lambda file: recognizer.enroll("video", file), parsed.videos)
        print(f"| {len(parsed.videos)} videos | {enrol} |", end=" ")
        print(f"{milliseconds(recognizer.predict, parsed.videos)} |")


if __name__ == "__main__":
    main()
