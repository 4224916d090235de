"""`skelshot layouts`: the joint layouts there are, one of them, or a mapping between two."""

import argparse

from skelshot.commands.command import Command, Document
from skelshot.commands.mapping_words import mapping_lines


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "layout", nargs="?", metavar="NAME|FILE", help="one layout, or a .yaml file of your own"
    )
    parser.add_argument(
        "--to", metavar="NAME|FILE", help="tell what mapping to this layout keeps, makes and loses"
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.ground import SkelshotError
    from skelshot.skeletons.layout_files import is_layout_file, read_layout_file
    from skelshot.skeletons.layout_reading import layout_mapping
    from skelshot.skeletons.layouts import ALIASES, LAYOUTS, layout_from
    from skelshot.skeletons.mappings import mapping_report

    if parsed.layout is None:
        if parsed.to is not None:
            raise SkelshotError(
                f"--to: name the layout to map from: skelshot layouts NAME --to {parsed.to}"
            )
        return {
            "layouts": [
                {
                    "name": layout.name,
                    "joints": layout.num_joints,
                    "aliases": [alias for alias, name in ALIASES.items() if name == layout.name],
                }
                for layout in LAYOUTS
            ]
        }
    layout = layout_from(parsed.layout)
    own = is_layout_file(parsed.layout)
    document: Document = {
        "layout": layout_mapping(layout),
        "defaulted": list(read_layout_file(parsed.layout).defaulted) if own else [],
    }
    if parsed.to is not None:
        document["mapping"] = mapping_report(layout, layout_from(parsed.to)).as_json()
    return document


def _show(document: Document) -> str:
    from skelshot.experiments.table_formats import format_table

    if "layouts" in document:
        return format_table(
            ("layout", "joints", "also called"),
            [
                (layout["name"], str(layout["joints"]), ", ".join(layout["aliases"]))
                for layout in document["layouts"]
            ],
        )
    if "mapping" in document:
        return "\n".join(mapping_lines(document["mapping"]))
    return _show_layout(document["layout"], document["defaulted"])


def _show_layout(layout: Document, defaulted: list[str]) -> str:
    """Show the joints of one layout, and what else it says."""
    from skelshot.experiments.table_formats import format_table

    parents = dict(layout["bones"])
    sides = dict(layout["pairs"]) | {right: left for left, right in layout["pairs"]}
    rows = [
        (str(index), joint, parents.get(joint, "(root)"), sides.get(joint, "-"))
        for index, joint in enumerate(layout["joints"])
    ]
    lower, upper = (" and ".join(end) for end in layout["trunk"])
    lines = [
        f"{layout['name']}: {len(layout['joints'])} joints",
        format_table(("index", "joint", "hangs on", "other side"), rows),
        f"centre: {' and '.join(layout['centre'])}",
        f"hips: {_both(layout['hips'])}",
        f"shoulders: {_both(layout['shoulders'])}",
        f"trunk: {lower} to {upper}",
        *(f"part {part}: {', '.join(joints)}" for part, joints in layout["parts"].items()),
    ]
    if defaulted:
        lines.append(f"derived, because the file leaves it out: {', '.join(defaulted)}")
    return "\n".join(lines)


def _both(pair: list[str] | None) -> str:
    """Write a left and a right joint, or that there are none."""
    return "none" if pair is None else ", ".join(pair)


COMMAND = Command(
    "layouts",
    "List the joint layouts, show one, or tell what a mapping loses.",
    _arguments,
    _run,
    _show,
)
