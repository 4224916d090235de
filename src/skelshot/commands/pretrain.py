"""`skelshot pretrain`: stages 1 and 2, one encoder a split."""

import argparse
from pathlib import Path

from skelshot.commands.command import (
    Command,
    Document,
    add_device,
    add_settings,
    add_sides,
    add_splits,
    splits_of,
    use_threads,
)
from skelshot.ground.counts import counted


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--protocol", required=True, help="nw-ucla, ntu60-one-shot, ..., or a .yaml file"
    )
    add_splits(parser)
    parser.add_argument(
        "--encoder",
        metavar="NAME",
        help="st-gcn, agcn, ctr-gcn, skeleton-transformer, multi-stream, skeleton-image, or one "
        "of another package",
    )
    parser.add_argument(
        "--strategy",
        metavar="NAME",
        help="what comes first: supervised, transfer, byol, aimclr, distill, one of another "
        "package, or none (default: transfer with --features, none with --from RUN, else the "
        "preset's own, else supervised)",
    )
    parser.add_argument(
        "--episodes",
        metavar="METHOD",
        help="method to train in episodes (see `skelshot methods`), or none (default: the preset's "
        "own, else none)",
    )
    parser.add_argument(
        "--from",
        dest="start",
        type=Path,
        metavar="RUN|WEIGHTS",
        help="begin with the encoders of an earlier run, or with an encoder of other data: "
        "skelshot-base or an encoder's file (default: random weights)",
    )
    parser.add_argument("--features", type=Path, help="what `skelshot teach` wrote")
    parser.add_argument("--seed", type=int, help="initial weights, batches and augmentation")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run's folder")
    add_sides(parser)
    add_device(parser)
    add_settings(parser)


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.class_counts import ClassCounts
    from skelshot.datasets.store import Store
    from skelshot.experiments.store_fit import adapted_for
    from skelshot.front_door import pretrain_by_name

    use_threads(parsed.threads)
    splits = splits_of(parsed.split)
    store = Store.open(parsed.store)
    trained = pretrain_by_name(
        store,
        parsed.out,
        protocol=parsed.protocol,
        preset=parsed.preset,
        encoder=parsed.encoder,
        strategy=parsed.strategy,
        episodes=parsed.episodes,
        splits=splits,
        features=parsed.features,
        start=parsed.start,
        seed=parsed.seed,
        sides=parsed.sides,
        device=parsed.device,
        changes=parsed.assignments,
    )
    report = trained.report
    return {
        "run": str(report.run),
        "encoder": report.encoder,
        "strategy": trained.strategy,
        "splits": report.splits,
        "classes": ClassCounts.of(store).as_json(),
        "counts": report.counts.as_json() if report.counts else None,
        "adapted": adapted_for(trained.settings.adapted),
        "seconds": report.seconds,
    }


def _show(document: Document) -> str:
    from skelshot.datasets.class_counts import class_lines
    from skelshot.datasets.protocols.clip_counts import counts_line
    from skelshot.datasets.sides import sides_line

    lines = [
        f"{document['run']}: {document['encoder']}, {document['strategy']}, "
        f"{counted(len(document['splits']), 'split')} in {document['seconds']:.0f} s",
        *class_lines(document["classes"]),
    ]
    if document["counts"]:
        lines.append(counts_line(document["counts"]))
    lines += [f"adapted to the store: {change}" for change in document["adapted"]]
    for split in document["splits"]:
        stages = ", ".join(f"{name} {value:.0f} s" for name, value in split["seconds"].items())
        base = split["base"]
        names = ", ".join(base) if len(base) <= 10 else f"{len(base)} base classes"
        lines.append(f"split {split['split']}: {names} ({stages or 'untrained'})")
        if (sides := split.get("sides")) and sides["sides"] == "matter":
            lines.append(f"  {sides_line(sides)}")
        lines += [f"  {remark}" for remark in split.get("remarks", [])]
    return "\n".join(lines)


COMMAND = Command(
    "pretrain",
    "Pre-train an encoder on base classes.",
    _arguments,
    _run,
    _show,
    lower="--set STAGE.batch=N, --set loop.workers=N or --threads",
)
