"""Lists of a family's parts, which several commands show."""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from skelshot.commands.command import Command, Document

if TYPE_CHECKING:
    from skelshot.ground.families import Family


def part_document(family: "Family[Any]", part: type[Any]) -> Document:
    """Tell of a part what a list of parts shows.

    Args:
        family: Its family.
        part: Its class.

    Returns:
        Its `name`, the first sentence of its docstring as `about`, the `paper` it is from where
        it names one, and the package it is `from` where it does not ship.
    """
    lines = (part.__doc__ or "").strip().splitlines()
    return {
        "name": part.name,
        "about": lines[0].strip() if lines else "",
        "paper": str(getattr(part, "paper", "")),
        "from": family.origin(part.name).removeprefix(" of ") or None,
    }


def parts_text(parts: Iterable[Document]) -> str:
    """Write a list of parts, a line each and its paper below.

    Args:
        parts: Each as `part_document` gives it.

    Returns:
        The lines.

    Example:
        >>> print(parts_text([{"name": "agcn", "about": "AGCN.", "paper": "Shi", "from": None}]))
        agcn  AGCN.
              Shi
    """
    every = list(parts)
    width = max((len(part["name"]) for part in every), default=0)
    lines = []
    for part in every:
        origin = f"; of {part['from']}" if part["from"] else ""
        lines.append(f"{part['name']:{width}}  {part['about']}{origin}".rstrip())
        lines += [f"{'':{width}}  {part['paper']}"] if part["paper"] else []
    return "\n".join(lines)


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments.

    Args:
        parser: The command's parser.
    """
    del parser


def family_command(name: str, what: str, find: Callable[[], "Family[Any]"]) -> Command:
    """Make the command that lists a family, with a line about each part that does not work.

    Args:
        name: The word that calls it, and the key of the list.
        what: One sentence.
        find: Imports the family.

    Returns:
        The command.
    """
    return Command(name, what, no_arguments, partial(_run, name, find), partial(_show, name))


def _run(name: str, find: Callable[[], "Family[Any]"], parsed: argparse.Namespace) -> Document:
    del parsed
    family = find()
    parts, problems = family.every()
    return {name: [part_document(family, part) for part in parts], "problems": problems}


def _show(name: str, document: Document) -> str:
    return "\n".join([parts_text(document[name]), *document["problems"]])
