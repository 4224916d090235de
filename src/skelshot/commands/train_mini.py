"""`skelshot train-mini`: the small video-text teacher that ships with Skelshot, made anew."""

import argparse
from pathlib import Path

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of bank, training and model"
    )
    parser.add_argument(
        "--bank", type=Path, metavar="DIR", help="the bank of clips (default: DIR/bank)"
    )
    parser.add_argument(
        "--clips", type=int, help="clips of the bank (default: those it has, or 24000)"
    )
    parser.add_argument(
        "--actions", type=int, help="composed actions in it (default: those it has, or 3000)"
    )
    parser.add_argument(
        "--seeing",
        type=int,
        default=320000,
        metavar="FRAMES",
        help="frames shown in the first stage, which finds joints (default: 320000)",
    )
    parser.add_argument(
        "--understanding",
        type=int,
        default=320000,
        metavar="CLIPS",
        help="clips shown in the second, which learns captions from frames (default: 320000)",
    )
    parser.add_argument(
        "--together",
        type=int,
        default=16000,
        metavar="CLIPS",
        help="clips shown in the last, which trains all of it (default: 16000)",
    )
    parser.add_argument(
        "--ntu-clips", type=int, default=5, metavar="N",
        help="test clips of each NTU class; 0 for none (default: 5)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="bank, weights, batches and changes")
    parser.add_argument(
        "--threads", type=int, help="processor cores, a process each (default: all)"
    )


def _run(parsed: argparse.Namespace) -> Document:
    from dataclasses import asdict

    from skelshot.ground import SkelshotError
    from skelshot.ground.environment import usable_cores
    from skelshot.mini_teacher.build import make_mini
    from skelshot.mini_teacher.recipe import Recipe

    least = {"threads": 1, "ntu-clips": 0, "seed": 0, **dict.fromkeys(Recipe().stages, 0)}
    for name, lowest in least.items():
        value = getattr(parsed, name.replace("-", "_"))
        if value is not None and value < lowest:
            raise SkelshotError(f"--{name}: found {value}, expected at least {lowest}")
    stages = {
        name: stage.model_copy(update={"passes": getattr(parsed, name)})
        for name, stage in Recipe().stages.items()
    }
    report = make_mini(
        parsed.out,
        Recipe(seed=parsed.seed, **stages),
        clips=parsed.clips,
        actions=parsed.actions,
        bank_folder=parsed.bank,
        ntu_each=parsed.ntu_clips,
        threads=usable_cores() if parsed.threads is None else parsed.threads,
    )
    return asdict(report)


def _show(document: Document) -> str:
    from skelshot.commands.command import percent

    lines = [
        f"{document['model']}: {document['parameters']:,} parameters, in "
        f"{document['seconds']:.0f} s ({document['train_seconds']:.0f} s of training)"
    ]
    lines += [
        f"  {one['task']}: top 1 {percent(one['top1'])} (chance {percent(one['chance1'])}), "
        f"top 5 {percent(one['top5'])} (chance {percent(one['chance5'])}) "
        f"of {one['answers']} answers, {one['questions']} questions"
        for one in document["retrieval"]
    ]
    return "\n".join(lines)


COMMAND = Command(
    "train-mini", "Train the small teacher that ships with Skelshot.", _arguments, _run, _show
)
