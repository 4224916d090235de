"""`skelshot pretrain`: stages 1 and 2, one encoder a split."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document, add_settings, add_sides, use_threads


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--protocol", required=True, help="nw-ucla, ntu60-one-shot, ..., or a .yaml file"
    )
    parser.add_argument("--split", default="all", help="number of a split, or all (default)")
    parser.add_argument(
        "--encoder", metavar="NAME", help="st-gcn, agcn, ctr-gcn, or one of another package"
    )
    parser.add_argument(
        "--strategy",
        metavar="NAME",
        help="what comes first: supervised, transfer, byol, aimclr, one of another package, or "
        "none (default: transfer with --features, none with --from, else supervised)",
    )
    parser.add_argument(
        "--episodes",
        metavar="METHOD",
        help="method to train in episodes (see `skelshot methods`), or none (the default)",
    )
    parser.add_argument(
        "--from",
        dest="start",
        type=Path,
        metavar="RUN",
        help="begin with the encoders of an earlier run (default: random weights)",
    )
    parser.add_argument("--features", type=Path, help="what `skelshot teach` wrote")
    parser.add_argument("--seed", type=int, help="initial weights, batches and augmentation")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run's folder")
    add_sides(parser)
    add_settings(parser)


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.datasets.class_counts import ClassCounts
    from skelshot.datasets.protocols import protocol_named
    from skelshot.datasets.store import Store
    from skelshot.encoders import ENCODERS
    from skelshot.evaluation.evaluate_run import choose_splits
    from skelshot.experiments.settings import adapted_for, load_settings
    from skelshot.fewshot import method_named
    from skelshot.ground import SkelshotError
    from skelshot.pretraining.pretrain import pretrain
    from skelshot.pretraining.starting_run import StartingRun
    from skelshot.teachers import FeatureCache

    use_threads(parsed.threads)
    store = Store.open(parsed.store)
    protocol = protocol_named(parsed.protocol)
    every = protocol.split_list(store)
    if parsed.split != "all" and not (parsed.split.isdecimal() and len(parsed.split) < 10):
        raise SkelshotError(f"--split: found {parsed.split[:40]!r}, expected a number or all")
    splits = list(every) if parsed.split == "all" else choose_splits(every, [int(parsed.split)])
    encoder = parsed.encoder and ENCODERS.named(parsed.encoder, "--encoder").name
    episodes = parsed.episodes
    if episodes not in (None, "none"):
        episodes = method_named(episodes, "--episodes").name
    usual = "none" if parsed.start else "supervised"
    strategy = parsed.strategy or ("transfer" if parsed.features else usual)
    settings = load_settings(
        parsed.preset,
        layout=store.layout,
        coordinates=store.channels,
        changes={
            "pretrain.strategy": strategy,
            "pretrain.episodes": episodes,
            "pretrain.encoder.name": encoder,
            "pretrain.seed": parsed.seed,
        },
        assignments=parsed.assignments,
    )
    teacher = FeatureCache.open(parsed.features) if parsed.features else None
    start = StartingRun(parsed.start) if parsed.start else None
    report = pretrain(
        store, protocol, splits, settings.pretrain, parsed.out, teacher, start, parsed.sides
    )
    return {
        "run": str(report.run),
        "encoder": report.encoder,
        "strategy": strategy,
        "splits": report.splits,
        "classes": ClassCounts.of(store).as_json(),
        "counts": report.counts.as_json() if report.counts else None,
        "adapted": adapted_for(settings.adapted),
        "seconds": report.seconds,
    }


def _show(document: Document) -> str:
    from skelshot.datasets.class_counts import class_lines
    from skelshot.datasets.clip_counts import counts_line
    from skelshot.datasets.sides import sides_line

    lines = [
        f"{document['run']}: {document['encoder']}, {document['strategy']}, "
        f"{len(document['splits'])} splits in {document['seconds']:.0f} s",
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
    return "\n".join(lines)


COMMAND = Command(
    "pretrain",
    "Pre-train an encoder on base classes.",
    _arguments,
    _run,
    _show,
    lower="--set STAGE.batch=N, --set loop.workers=N or --threads",
)
