"""Measure the NW-UCLA rows of docs/results.md: pre-train, evaluate, print the table.

    python benchmarks/nw_ucla.py --raw RAW --out runs/nw-ucla

Killed at any moment, the same command goes on. Results are JSON files under OUT/results;
`--archive` gathers them in one file.
"""

import argparse
from pathlib import Path

from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.prepare import prepare
from skelshot.experiments.result_archive import append_results
from skelshot.experiments.sweep import Sweep, nw_ucla_rows
from skelshot.experiments.tables import accuracy_table, difference_table

DIFFERENCES = (
    ("supervised/cosine", "untrained/cosine"),
    ("text-transfer/cosine", "supervised/cosine"),
    ("text-transfer/cosine", "random-code-transfer/cosine"),
    ("text-transfer/cosine", "supervised-episodic/cosine"),
    ("text-transfer/cosine", "episodic/cosine"),
    ("supervised/cosine", "supervised/pooled"),
    ("supervised/cosine", "supervised/nearest"),
)


def main() -> None:
    """Run the sweep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="folder of NW-UCLA JSON files")
    parser.add_argument("--out", type=Path, default=Path("runs/nw-ucla"))
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--preset", default="cpu")
    parser.add_argument("--archive", type=Path, help="a .jsonl.gz that the results are added to")
    parsed = parser.parse_args()
    store = parsed.out / "store"
    prepare(NwUclaReader(), parsed.raw, store)
    sweep = Sweep(store, parsed.out, "nw-ucla", parsed.preset, parsed.jobs)
    rows = nw_ucla_rows()
    sweep.teach(sorted({row.teacher for row in rows.values() if row.teacher}))
    sweep.pretrain(rows, range(parsed.splits))
    results = sweep.evaluate(list(rows), range(parsed.splits))
    if parsed.archive:
        append_results(parsed.archive, results)
    print(accuracy_table(results, ("1", "5")))
    print()
    print(difference_table(results, DIFFERENCES, ("1", "5")))


if __name__ == "__main__":
    main()
