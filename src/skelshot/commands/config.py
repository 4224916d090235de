"""`skelshot config`: every key of a preset, with type, default, the preset's value and meaning."""

import argparse

from skelshot.commands.command import Command, Document


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "preset",
        nargs="?",
        default="cpu",
        help="cpu, paper, smoke, or a .yaml file (default: cpu)",
    )
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help="these alone, such as evaluate, strategy, strategies.byol or one key (default: all)",
    )


def _run(parsed: argparse.Namespace) -> Document:
    from skelshot.experiments.preset_keys import chosen_keys, preset_keys
    from skelshot.experiments.settings import preset_names

    keys = chosen_keys(preset_keys(parsed.preset), parsed.sections)
    return {
        "preset": parsed.preset,
        "presets": preset_names(),
        "keys": [key.as_json() for key in keys],
    }


def _show(document: Document) -> str:
    from skelshot.experiments.option_words import value_words

    others = [name for name in document["presets"] if name != document["preset"]]
    lines = [
        f"preset {document['preset']} (others: {', '.join(others)}); change a key with "
        "--set KEY=VALUE"
    ]
    for key in document["keys"]:
        default, value = (value_words(key[name]) for name in ("default", "value"))
        usual = "the default" if value == default else f"default: {default}"
        lines.append(f"{key['key']} = {value}  ({usual}; {key['type']})")
        if key["meaning"]:
            lines.append(f"    {key['meaning']}")
    return "\n".join(lines)


COMMAND = Command("config", "Show all keys of a preset.", _arguments, _run, _show)
