"""One module a command: its arguments, its call, and how its result reads in print.

Modules import what they need when they run, so that `--help` and bad calls answer at once.
"""

from skelshot.commands import (
    check,
    compare,
    config,
    crop,
    demo,
    draw,
    encoders,
    evaluate,
    explain,
    export,
    figure,
    import_checkpoint,
    layouts,
    methods,
    prepare,
    pretrain,
    protocols,
    readers,
    report,
    show,
    strategies,
    synth,
    table,
    teach,
    teachers,
    train_base,
    train_mini,
    verify,
)
from skelshot.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    demo.COMMAND,
    prepare.COMMAND,
    verify.COMMAND,
    check.COMMAND,
    export.COMMAND,
    import_checkpoint.COMMAND,
    synth.COMMAND,
    crop.COMMAND,
    draw.COMMAND,
    teach.COMMAND,
    train_mini.COMMAND,
    train_base.COMMAND,
    pretrain.COMMAND,
    evaluate.COMMAND,
    explain.COMMAND,
    config.COMMAND,
    protocols.COMMAND,
    compare.COMMAND,
    show.COMMAND,
    table.COMMAND,
    report.COMMAND,
    figure.COMMAND,
    methods.COMMAND,
    encoders.COMMAND,
    strategies.COMMAND,
    teachers.COMMAND,
    readers.COMMAND,
    layouts.COMMAND,
)

__all__ = ["COMMANDS", "Command"]
