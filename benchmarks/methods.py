"""Measure every few-shot method on NW-UCLA from one shared supervised encoder a split.

    python benchmarks/methods.py --raw RAW --out runs/methods
    python benchmarks/methods.py --toy --out runs/methods-toy   # is every method above chance?
    python benchmarks/methods.py --store STORE --protocol ntu60-one-shot --splits 0 --shots 1

Killed at any moment, the same command goes on. Results are JSON files under OUT/results;
`--archive` gathers them in one file.
"""

import argparse
from pathlib import Path

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.experiments.method_sweep import MethodSweep, method_rows
from skelshot.experiments.result_archive import append_results
from skelshot.experiments.tables import accuracy_table, difference_table
from skelshot.experiments.toy import write_toy_clips


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, help="folder of NW-UCLA JSON files")
    parser.add_argument("--store", type=Path, help="a prepared store in place of raw files")
    parser.add_argument("--toy", action="store_true", help="ten toy actions, no data needed")
    parser.add_argument("--out", type=Path, default=Path("runs/methods"))
    parser.add_argument("--protocol", default=None, help="default: nw-ucla, or toy")
    parser.add_argument("--splits", type=int, nargs="+", help="default: 0 to 4, or 0 to 2")
    parser.add_argument("--shots", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", nargs="+", default=list(method_rows()))
    parser.add_argument("--preset", default="cpu")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--archive", type=Path, help="a .jsonl.gz that the results are added to")
    parsed = parser.parse_args()
    store = parsed.store
    if parsed.toy:
        store = parsed.out / "store"
        write_toy_clips(parsed.out / "raw", performers=6, repetitions=2)
        prepare(NpzReader(), parsed.out / "raw", store)
    elif store is None:
        store = parsed.out / "store"
        prepare(NwUclaReader(), parsed.raw, store)
    protocol = parsed.protocol or ("toy" if parsed.toy else "nw-ucla")
    splits = parsed.splits or list(range(3 if parsed.toy else 5))
    sweep = MethodSweep(
        store,
        parsed.out,
        protocol,
        parsed.preset,
        parsed.jobs,
        tuple(parsed.set),
        tuple(parsed.shots),
        parsed.seed,
    )
    rows = {name: row for name, row in method_rows().items() if name in parsed.rows}
    sweep.pretrain(rows, splits)
    results = sweep.evaluate(rows, splits)
    shots = tuple(str(count) for count in parsed.shots)
    if parsed.archive:
        append_results(parsed.archive, results)
    print(accuracy_table(results, shots))
    for name, result in results.items():
        parts = result["seconds_by_part"]
        spent = " ".join(f"{part} {value:.1f} s" for part, value in parts.items())
        print(f"{name}: {spent}, peak {result['peak_memory_mb']:.0f} MB")
    if "cosine" in results:
        pairs = [(name, "cosine") for name in results if name != "cosine"]
        print(difference_table(results, pairs, shots))


if __name__ == "__main__":
    main()
