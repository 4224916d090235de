"""Measure what a teacher adds on the synthetic NTU-60 (Table VIII's shape), with controls.

    python benchmarks/teachers.py --out runs/teachers

Writes the synthetic data with videos, teaches, pre-trains every row with every seed, evaluates
with three classifiers and prints the tables. Killed at any moment, the same command goes on.
"""

import argparse
from pathlib import Path

from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.experiments.result_archive import append_results
from skelshot.experiments.tables import accuracy_table, difference_table
from skelshot.experiments.teacher_sweep import CLASSIFIERS, TeacherSweep, teacher_rows
from skelshot.ground.files import write_json
from skelshot.synthesis.plan import SynthesisPlan, performers_of
from skelshot.synthesis.synthesise import synthesise

FULL = "f_t + f_v"


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/teachers"))
    parser.add_argument("--store", type=Path, help="your own store, in place of synthetic data")
    parser.add_argument("--videos", help="its videos: a folder or the word rendered")
    parser.add_argument("--teacher", default="mini")
    parser.add_argument("--class-names", default=None, help="fuller texts, as `teach` takes them")
    parser.add_argument("--draws", type=int, default=2, help="random samples of each video")
    parser.add_argument("--protocol", default="ntu60-one-shot")
    parser.add_argument("--classes", type=int, default=60)
    parser.add_argument("--performers", type=int, default=10)
    parser.add_argument("--rows", nargs="+", default=list(teacher_rows()))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--preset", default="cpu")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--archive", type=Path, help="a .jsonl.gz that the results are added to")
    parsed = parser.parse_args()
    store, videos = parsed.store, parsed.videos
    if store is None:
        raw, store = parsed.out / "raw", parsed.out / "store"
        actions = tuple(range(1, parsed.classes + 1))
        plan = SynthesisPlan(actions, performers_of(parsed.performers), video_actions=actions)
        if not store.exists():
            synthesise(plan, raw, workers=parsed.jobs)
        prepare(NtuReader(missing_list="none"), raw, store, workers=parsed.jobs)
        videos = str(raw)
    teach = ["--teacher", parsed.teacher, "--videos", videos or "rendered"]
    teach += ["--draws", str(parsed.draws)]
    if parsed.class_names:
        teach += ["--class-names", parsed.class_names]
    sweep = TeacherSweep(
        store,
        parsed.out,
        parsed.protocol,
        parsed.preset,
        parsed.jobs,
        tuple(parsed.set),
        tuple(teach),
    )
    rows = {name: row for name, row in teacher_rows().items() if name in parsed.rows}
    sweep.make_features()
    sweep.pretrain(rows, parsed.seeds)
    results = sweep.evaluate(list(rows), parsed.seeds)
    write_json(parsed.out / "result.json", results)
    if parsed.archive:
        append_results(parsed.archive, results)
    print(accuracy_table(results, ("1",)))
    print()
    pairs = [
        (f"{FULL}/{classifier}", f"{name}/{classifier}")
        for classifier in CLASSIFIERS
        for name in rows
        if name != FULL and FULL in rows
    ]
    print(difference_table(results, pairs, ("1",)))


if __name__ == "__main__":
    main()
