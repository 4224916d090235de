"""Publish results, print their tables, and paired differences over their splits or seeds.

python benchmarks/tables.py docs/results/mine.jsonl.gz --add cosine=RUN/result.json
python benchmarks/tables.py docs/results/nw-ucla.jsonl.gz --rows supervised/cosine untrained/cosine
python benchmarks/tables.py docs/results/methods-nw-ucla-20-splits.jsonl.gz --minus cosine
"""

import argparse
from pathlib import Path

from skelshot.experiments.result_archive import append_results, read_results
from skelshot.experiments.tables import accuracy_table, difference_table
from skelshot.ground.errors import SkelshotError
from skelshot.ground.json_text import parse_json


def main() -> None:
    """Read one file of results, add to it, and print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rows", nargs="+", help="names of results (default: all)")
    parser.add_argument("--minus", help="a result that each of them is compared with")
    parser.add_argument("--list", action="store_true", help="names alone")
    parser.add_argument("--add", nargs="+", metavar="NAME=FILE", help="results of `evaluate`")
    parsed = parser.parse_args()
    for told in parsed.add or []:
        name, _, file = told.rpartition("=")
        append_results(parsed.archive, {name: parse_json(Path(file).read_bytes(), file)})
    everything = read_results(parsed.archive)
    wanted = [*(parsed.rows or everything), *([parsed.minus] if parsed.minus else [])]
    if unknown := sorted(set(wanted) - everything.keys()):
        raise SystemExit(f"{parsed.archive}: found no {', '.join(unknown)}; --list names all")
    if parsed.list:
        print("\n".join(wanted))
        return
    results = {name: everything[name] for name in wanted}
    first = results[wanted[0]]["accuracy"]
    if not isinstance(first, dict):
        raise SystemExit(f"{parsed.archive}: holds no few-shot results; zcat shows it")
    print(accuracy_table(results, first))
    if parsed.minus:
        pairs = [(name, parsed.minus) for name in results if name != parsed.minus]
        print()
        print(difference_table(results, pairs, first))


if __name__ == "__main__":
    try:
        main()
    except SkelshotError as error:
        raise SystemExit(f"error: {error}") from error
