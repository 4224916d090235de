"""`skelshot evaluate`: stage 3, any method, any protocol."""

import argparse
from pathlib import Path
from typing import Any

from skelshot.commands.command import (
    Command,
    Document,
    add_device,
    add_settings,
    add_sides,
    add_splits,
    percent,
    splits_of,
    use_threads,
)
from skelshot.ground import SkelshotError
from skelshot.ground.counts import counted

_CHOSEN = "leave-one-out"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", type=Path, help="the store")
    parser.add_argument(
        "--protocol", required=True, help="nw-ucla, ntu60-one-shot, ..., or a .yaml file"
    )
    parser.add_argument(
        "--run",
        type=Path,
        nargs="+",
        action="extend",
        dest="folders",
        metavar="RUN",
        help="pre-trained run, of this data or of any other, or weights that come with Skelshot "
        "by name (see `skelshot encoders`); several are an ensemble",
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        nargs="+",
        action="extend",
        dest="encoders",
        metavar="FILE",
        help="an encoder's file (.safetensors), or such a name, in place of a run or beside runs",
    )
    parser.add_argument(
        "--encoder-split", type=int, metavar="N", help="RUN's split whose encoder serves all splits"
    )
    parser.add_argument(
        "--weights",
        type=_weight,
        nargs="+",
        metavar="W",
        help="of an ensemble's scores: runs, then methods beside; equal. leave-one-out chooses "
        "that of the method beside in each task, by its exemplars",
    )
    parser.add_argument(
        "--fusion",
        choices=["softmax", "logits", "z-scores"],
        help="what an ensemble adds up: probabilities (the default), logits, or logits "
        "standardised over classes (the default with --beside)",
    )
    parser.add_argument("--method", help="see `skelshot methods` (default: cosine)")
    parser.add_argument(
        "--beside",
        nargs="+",
        action="extend",
        metavar="METHOD",
        help="methods without an encoder, such as raw-dtw, whose scores are added, or none "
        "(default: none, but what the notes of weights such as skelshot-base say)",
    )
    parser.add_argument("--shots", type=int, nargs="+", default=[1, 5], help="exemplars a class")
    add_splits(parser, "all of RUN")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the result goes")
    parser.add_argument(
        "--queries", type=Path, metavar="FILE", help="a table of all queries, .parquet or .csv"
    )
    add_sides(parser)
    add_device(parser)
    add_settings(parser, of_run=True)


def _weight(text: str) -> float | str:
    """Read a weight, or the word that stands in place of all."""
    if text == _CHOSEN:
        return text
    try:
        return float(text)
    except ValueError:
        told = f"found {text!r:.80}, expected numbers, or {_CHOSEN} alone"
        raise argparse.ArgumentTypeError(told) from None


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.front_door import evaluate

    use_threads(parsed.threads)
    return evaluate(
        parsed.store,
        protocol=parsed.protocol,
        run=parsed.folders,
        encoder=parsed.encoders,
        method=parsed.method,
        beside=[] if parsed.beside == ["none"] else parsed.beside,
        shots=parsed.shots,
        splits=splits_of(parsed.split),
        encoder_split=parsed.encoder_split,
        weights=_weights(parsed.weights),
        fusion=parsed.fusion,
        preset=parsed.preset,
        out=parsed.out,
        queries=parsed.queries,
        sides=parsed.sides,
        device=parsed.device or "auto",
        changes=parsed.assignments,
    )


def _show(document: Document) -> str:
    from skelshot.datasets.class_counts import class_lines
    from skelshot.datasets.protocols.clip_counts import counts_line
    from skelshot.datasets.sides import sides_line

    members = document["members"]
    what = _ensemble(members)
    lines = [
        f"{document['method']}{what} on {document['protocol']}, "
        f"{counted(len(document['splits']), 'split')}, {document['seconds']:.1f} s",
        *class_lines(document["classes"]),
    ]
    if document["counts"]:
        lines.append(counts_line(document["counts"]))
    for told in members or [document]:
        lines += _origin_lines(told, document["evaluated_on"])
    if document["seen_classes"]:
        lines.append(
            "classes of these names were among those trained on: "
            + ", ".join(document["seen_classes"])
        )
    lines += [f"adapted to the store: {change}" for change in document["adapted"]]
    lines.append(sides_line(document["sides"]))
    lines += [
        f"{_member(member)}: {sides_line(member['sides'])}"
        for member in members
        if member["sides"] != document["sides"]
    ]
    lines += [f"features made anew: {why}" for why in document["made_anew"]]
    for shots, result in document["accuracy"].items():
        lines += _accuracy_lines(shots, result)
        for member in members:
            alone = member["accuracy"][shots]
            lines.append(
                f"  {_percent_of(alone)} alone, weight {_weight_of(member, shots)}: "
                f"{_member(member)}"
            )
    lines += [f"{key}: {document[key]}" for key in ("queries", "file") if document[key]]
    return "\n".join(lines)


def _weights(words: list[float | str] | None) -> Any:
    """Take one word for what stands in place of all weights."""
    if words is None or all(isinstance(word, float) for word in words):
        return words
    if len(words) > 1:
        raise SkelshotError(
            f"--weights: found {_CHOSEN} among {len(words)}, expected it alone, or numbers"
        )
    return words[0]


def _weight_of(member: Document, shots: str) -> str:
    """Tell a weight, or how often each was chosen."""
    chosen = member["weights_chosen"].get(shots)
    if chosen is None:
        return f"{member['weight']:g}"
    tasks = ", ".join(f"{weight} in {often}" for weight, often in chosen["chosen"].items())
    return f"{chosen['mean']:g} on average (left-out exemplars chose {tasks})"


def _ensemble(members: list[Document]) -> str:
    """Tell how many runs and methods an ensemble is made of; nothing of a single classifier."""
    if not members:
        return ""
    runs = sum(member["trained_on"] is not None for member in members)
    beside = ", ".join(m["method"] for m in members if m["trained_on"] is None)
    of_runs = f" of {runs} runs" if runs > 1 else ""
    return of_runs + (f" and {beside}" if beside else "")


def _member(member: Document) -> str:
    """Name a member of an ensemble by its run, or by its method where it uses none."""
    trained = member["trained_on"]
    return str(member["method"] if trained is None else trained["run"])


def _origin_lines(told: Document, here: Document) -> list[str]:
    """Tell what encoders were trained on and with which preset, and how clips were fitted."""
    from skelshot.runs.met_classes import NOT_KNOWN
    from skelshot.skeletons.as_picture import SEEN

    lines, trained = [], told["trained_on"]
    if trained is not None:
        one = "" if trained["split"] is None else f", the encoder of its split {trained['split']}"
        before = trained["begun_from"]
        first = "" if before is None else f"{before}, then "
        taught = ", ".join(dict.fromkeys(filter(None, trained["learnt_from"])))
        after = f" beside {taught}" if taught else ""
        lines.append(
            f"trained on {first}{_data(trained)}{after} ({trained['run']}{one}), evaluated on "
            f"{_data(here)}"
        )
        if trained["base"] is None and trained["data_hash"] is None:
            lines.append(f"{trained['run']}: {NOT_KNOWN}")
    of = "" if trained is not None else f" of {told['method']}"
    lines.append(f"evaluation{of} of the preset {told['preset']}")
    if told["sees_pictures"]:
        lines.append(SEEN)
    if told["mapped"]:
        report = told["mapped"]
        lost = f", {', '.join(report['lost'])} not measured" if report["lost"] else ""
        lines.append(
            f"joints mapped from {report['from']} to {report['to']}: "
            f"{len(report['measured'])} as they are, {len(report['made'])} made{lost}"
        )
    return lines


def _data(place: Document) -> str:
    """Name data by its store, or by its hash where a run is older than that."""
    return place["data"] or f"data {place['data_hash']:.8}"


def _accuracy_lines(shots: str, result: Document) -> list[str]:
    """Tell an accuracy with its interval, and those of the classes from the worst."""
    unlabelled = result["unlabelled"]
    beside = f"; {counted(unlabelled, 'query', 'queries')} without a label" if unlabelled else ""
    if result["mean"] is None:
        return [f"{shots}-shot: no query has a label{beside}"]
    lines = [f"{shots}-shot: {_percent_of(result)}{_spread(result)}{beside}"]
    worst = sorted(result["per_class"].items(), key=lambda entry: entry[1])
    return lines + [f"  {percent(value):>5}  {name}" for name, value in worst]


def _percent_of(result: Document) -> str:
    return "-" if result["mean"] is None else f"{percent(result['mean'])} %"


def _spread(result: Document) -> str:
    """Tell the 95 % intervals, and what they are over."""
    over = {
        f"over {result['queries']:,} queries": result["ci95"],
        f"over {result['subjects']} performers": result["ci95_subjects"],
    }
    if result["interval"] == "draws":
        over = {f"over {len(result['per_draw'])} draws, which share clips": result["ci95"]}
    if result["interval"] == "splits":
        over = {f"over {len(result['per_split'])} splits, which share clips": result["ci95"]}
    texts = [
        f"{percent(ends[0])} to {percent(ends[1])} {what}" for what, ends in over.items() if ends
    ]
    return f" (95 % interval {'; '.join(texts)})" if texts else ""


COMMAND = Command(
    "evaluate",
    "Classify novel clips from exemplars.",
    _arguments,
    _run,
    _show,
    lower="--set batch=N or --threads",
)
