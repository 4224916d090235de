"""Compare ways to pre-train on NW-UCLA (Table VII of the paper), alone and followed by episodes.

    python benchmarks/strategies.py --raw RAW --out runs/strategies

Killed at any moment, the same command goes on. Results are JSON files under OUT/results;
`--archive` gathers them in one file.
"""

import argparse
from pathlib import Path

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.experiments.result_archive import append_results
from skelshot.experiments.rows import Row, read_rows
from skelshot.experiments.sweep import Sweep
from skelshot.experiments.tables import accuracy_table, difference_table


def main() -> None:
    """Run the comparison."""
    all_rows = read_rows("strategy_rows.yaml", Row)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, help="folder of NW-UCLA JSON files")
    parser.add_argument("--store", type=Path, help="a prepared store in place of raw files")
    parser.add_argument("--out", type=Path, default=Path("runs/strategies"))
    parser.add_argument("--protocol", default="nw-ucla")
    parser.add_argument("--splits", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--rows", nargs="+", default=list(all_rows), choices=list(all_rows))
    parser.add_argument("--preset", default="cpu")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--archive", type=Path, help="a .jsonl.gz that the results are added to")
    parsed = parser.parse_args()
    store = parsed.store
    if store is None:
        store = parsed.out / "store"
        prepare(NwUclaReader(), parsed.raw, store)
    rows = {name: all_rows[name] for name in parsed.rows}
    sweep = Sweep(store, parsed.out, parsed.protocol, parsed.preset, parsed.jobs)
    sweep.teach(sorted({row.teacher for row in rows.values() if row.teacher}))
    sweep.pretrain(rows, parsed.splits)
    results = sweep.evaluate_methods(rows, parsed.splits)
    if parsed.archive:
        append_results(parsed.archive, results)
    print(accuracy_table(results, ("1", "5")))
    print()
    against = "supervised/cosine"
    if against in results:
        pairs = [(name, against) for name in results if name != against]
        print(difference_table(results, pairs, ("1", "5")))


if __name__ == "__main__":
    main()
