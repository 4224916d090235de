"""NTU RGB+D files prepared a second, beside the public CTR-GCN pipeline.

    python benchmarks/ntu_prepare.py --samples DIR [--ctr-gcn CHECKOUT] --files 2000 --out FOLDER

DIR holds a few genuine `.skeleton` files, of one person (A001 to A049) and of two (A050 and
above). They are linked under N valid names, each action equally often, and prepared by
Skelshot, with one process and with all cores, and by the three scripts of a checkout of
CTR-GCN (github.com/Uason-Chen/CTR-GCN). The scripts run unchanged in a temporary copy, save for
names that NumPy has renamed since and two imports that they do not use; the lists of names,
labels and cameras that they want are written for the N files. Without `--ctr-gcn` only Skelshot
runs.

The rate a core is files over processor seconds, children included, so that a busy machine
blurs it less. It includes starting up and writing the results. Compiled loops are compiled once
beforehand. All files are read from the same memory cache.
"""

import argparse
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from skelshot.datasets.ntu.names import missing_names
from skelshot.datasets.store import Store
from skelshot.ground.environment import processor_name

SCRIPTS = ("get_raw_skes_data.py", "get_raw_denoised_data.py", "seq_transformation.py")
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
RENAMED = (
    (r"\bnp\.(int|float|bool|object)\b", r"\1"),
    (r"\bnp\.string_", "np.bytes_"),
    (r"(?m)^(import h5py|from sklearn\b.*)$", ""),
)
MEASURED = """
import json, resource, runpy, sys
target, report, *arguments = sys.argv[1:]
sys.argv = [target, *arguments]
try:
    run = runpy.run_path if target.endswith(".py") else runpy.run_module
    run(target, run_name="__main__")
except SystemExit as end:
    if end.code:
        raise
own, children = (resource.getrusage(who) for who in (0, -1))
with open(report, "w") as out:
    json.dump({
        "seconds": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "parent": own.ru_maxrss, "child": children.ru_maxrss,
    }, out)
"""


@dataclass
class Cost:
    """What a run took: seconds on the clock and on processors, megabytes at the peak."""

    wall: float = 0.0
    processor: float = 0.0
    parent: float = 0.0
    child: float = 0.0
    parts: list[float] = field(default_factory=list)

    def add(self, other: "Cost") -> None:
        """Add a run that followed this one."""
        self.wall += other.wall
        self.processor += other.processor
        self.parent = max(self.parent, other.parent)
        self.child = max(self.child, other.child)
        self.parts.append(other.processor)


def run(target: str, *arguments: str, folder: Path) -> Cost:
    """Run a script or a module in a process of its own, and measure it."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", MEASURED, target, str(report), *arguments],
            cwd=folder,
            env=os.environ | ONE_CORE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - began
        if done.returncode:
            sys.exit(f"{target} failed:\n{done.stderr[-2000:]}")
        found = json.loads(report.read_text())
    return Cost(wall, found["seconds"], found["parent"] / 1024, found["child"] / 1024)


def write_files(samples: Path, count: int, raw: Path) -> list[tuple[int, ...]]:
    """Link the samples under `count` names: setup, camera, performer, replication, action."""
    pools: tuple[list[Path], list[Path]] = ([], [])
    raw.mkdir(parents=True, exist_ok=True)
    for path in sorted(samples.glob("*.skeleton")):
        source = raw.parent / "samples" / path.name
        source.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, source)
        pools[int(path.stem[-3:]) >= 50].append(source)
    if not all(pools):
        sys.exit(f"{samples}: expected .skeleton files of actions below and from 50 on")
    fields: list[tuple[int, ...]] = []
    listed = missing_names("official")  # would be rejected
    for i in itertools.count():
        if len(fields) == count:
            break
        action, rest = i % 60 + 1, i // 60
        setup, replication = rest // 240 + 1, rest // 120 % 2 + 1
        names = (setup, rest % 3 + 1, rest % 40 + 1, replication, action)
        if name_of(names) in listed:
            continue
        pool = pools[action >= 50]
        os.link(pool[i % len(pool)], raw / f"{name_of(names)}.skeleton")
        fields.append(names)
    return sorted(fields)


def name_of(fields: tuple[int, ...]) -> str:
    """Write a file's name."""
    return "S{:03d}C{:03d}P{:03d}R{:03d}A{:03d}".format(*fields)


def public_pipeline(checkout: Path, raw: Path, fields: list[tuple[int, ...]], out: Path) -> Cost:
    """Run the three public scripts on the files."""
    work = out / "data" / "ntu"
    (work / "statistics").mkdir(parents=True)
    (work / "raw_data").mkdir()
    (out / "data" / "nturgbd_raw").mkdir()
    (out / "data" / "nturgbd_raw" / "nturgb+d_skeletons").symlink_to(raw.resolve())
    for i, column in enumerate(("setup", "camera", "performer", "replication", "label")):
        values = "\n".join(str(each[i]) for each in fields)
        (work / "statistics" / f"{column}.txt").write_text(values)
    names = "\n".join(map(name_of, fields))
    (work / "statistics" / "skes_available_name.txt").write_text(names)
    total = Cost()
    for script in SCRIPTS:
        text = (checkout / "data" / "ntu" / script).read_text()
        for old, new in RENAMED:
            text = re.sub(old, new, text)
        (work / script).write_text(text)
        total.add(run(script, folder=work))
    return total


def skelshot(raw: Path, out: Path, workers: int) -> Cost:
    """Run `skelshot prepare ntu` on the files."""
    arguments = ("prepare", "ntu", str(raw), "--out", str(out), "--workers", str(workers))
    cost = run("skelshot.cli", *arguments, folder=raw)
    clips, files = len(Store.open(out)), sum(1 for _ in raw.iterdir())
    if clips != files:
        sys.exit(f"{out}: found {clips} clips, expected {files}")
    return cost


def row(name: str, files: int, cost: Cost, peer: Cost | None) -> str:
    """Write one line of the table."""
    rate = files / cost.processor
    ratio = f"{peer.processor / cost.processor:.1f}" if peer else "-"
    return (
        f"| {name} | {files / cost.wall:,.0f} | {rate:,.0f} | {cost.parent:.0f} | "
        f"{cost.child:.0f} | {ratio} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=Path, required=True, help="genuine .skeleton files")
    parser.add_argument("--ctr-gcn", type=Path, help="checkout of CTR-GCN")
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--out", type=Path, required=True, help="an empty folder to work in")
    options = parser.parse_args()
    out = options.out.resolve()
    if out.exists() and any(out.iterdir()):
        parser.error(f"{options.out} is not empty")
    raw = out / "raw"
    fields = write_files(options.samples, options.files, raw)
    skelshot(out / "samples", out / "warm", 1)
    cores = len(os.sched_getaffinity(0))
    counts = sorted({1, cores})
    ours = [(count, skelshot(raw, out / f"store-{count}", count)) for count in counts]
    peer = None
    if options.ctr_gcn is not None:
        peer = public_pipeline(options.ctr_gcn.resolve(), raw, fields, out / "peer")
    print(f"{options.files:,} files; {processor_name()}, {cores} cores\n")
    print("| pipeline | files/s | files/s/core | parent, MB | largest child, MB | ratio a core |")
    print("|---|---|---|---|---|---|")
    if peer is not None:
        print(row("CTR-GCN, 3 scripts", options.files, peer, peer))
    for count, cost in ours:
        print(row(f"skelshot, {count} process(es)", options.files, cost, peer))
    if peer is not None:
        steps = ", ".join(f"{seconds:.1f}" for seconds in peer.parts)
        print(f"\nprocessor seconds of the three scripts: {steps}")


if __name__ == "__main__":
    main()
