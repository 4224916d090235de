"""One module a command: its arguments, its call, and how its result reads in print.

Modules import what they need when they run, so that `--help` and bad calls answer at once.
"""

from skelshot.commands import (
    compare,
    crop,
    demo,
    draw,
    evaluate,
    export,
    layouts,
    methods,
    prepare,
    pretrain,
    show,
    synth,
    teach,
    train_mini,
    verify,
)
from skelshot.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    demo.COMMAND,
    prepare.COMMAND,
    verify.COMMAND,
    export.COMMAND,
    synth.COMMAND,
    crop.COMMAND,
    draw.COMMAND,
    teach.COMMAND,
    train_mini.COMMAND,
    pretrain.COMMAND,
    evaluate.COMMAND,
    compare.COMMAND,
    show.COMMAND,
    methods.COMMAND,
    layouts.COMMAND,
)

__all__ = ["COMMANDS", "Command"]
