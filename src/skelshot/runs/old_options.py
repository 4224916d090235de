"""The options of runs that were begun before a strategy's options stood under its name."""

from collections.abc import Mapping
from typing import Any

from skelshot.ground.precision import todays_precision
from skelshot.skeletons.inputs import align_of_view, todays_align

SECTIONS = ("supervised", "transfer", "byol", "aimclr")
"""The strategies that had a section each, whether they were used or not."""

_RENAMED = {
    "optimiser": "optimizer",
    "backwards_classes": "time_reversed",
    "classifier": "method_options",
}


def with_todays_form(options: Any) -> Any:
    """Bring the options of an earlier run into the form that they have now.

    Args:
        options: As `config.yaml` of a run holds them, of any version.

    Returns:
        The options in today's form; what has that form already comes back as it is.

    Example:
        >>> old = {"strategy": "byol", "byol": {"optimiser": {"lr": 1}}, "supervised": {}}
        >>> with_todays_form(old)
        {'strategy': {'name': 'byol', 'optimizer': {'lr': 1}}}
    """
    if not isinstance(options, Mapping) or not isinstance(options.get("strategy"), str):
        return options
    name = options["strategy"]
    rest = {key: value for key, value in options.items() if key not in SECTIONS}
    if isinstance(rest.get("episodic"), Mapping):
        rest["episodic"] = _renamed(rest["episodic"])
    own = options.get(name, {})
    rest["strategy"] = {"name": name, **_labels(_renamed(own))} if isinstance(own, Mapping) else own
    return rest


def todays_key(key: str) -> str:
    """Translate the dotted name of an option that it had before.

    Args:
        key: As a preset or `--set` gives it, below `pretrain`.

    Returns:
        Today's name; the same where it has not changed.

    Example:
        >>> todays_key("transfer.labels.weight"), todays_key("episodic.optimiser.lr")
        ('strategies.transfer.ce_weight', 'episodic.optimizer.lr')
    """
    if key == "input.view":
        return "input.align"
    first, *rest = key.split(".")
    if first not in (*SECTIONS, "episodic"):
        return key
    if rest[:2] == ["labels", "weight"]:
        rest[:2] = ["ce_weight"]
    elif rest[:1] == ["labels"]:
        rest[0] = "ce_head"
    room = ["episodic"] if first == "episodic" else ["strategies", first]
    return ".".join(room + [_RENAMED.get(part, part) for part in rest])


def todays_value(key: str, value: Any) -> Any:
    """Translate the value of an option whose values had other names before.

    Args:
        key: The option's dotted name, of any version, below `pretrain`.
        value: Its value.

    Returns:
        Today's value; the same where it has not changed.

    Example:
        >>> todays_value("input.view", "centre")
        'root'
    """
    if key == "loop.precision":
        return todays_precision(value)
    return align_of_view(value) if key == "input.view" else value


def with_todays_sections(pretrain: dict[str, Any]) -> list[str]:
    """Bring a preset of one's own into today's form, in place.

    Args:
        pretrain: What stands under `pretrain` in the file.

    Returns:
        What was called otherwise, as warnings say it.
    """
    old = [name for name in SECTIONS if name in pretrain]
    strategies = pretrain.setdefault("strategies", {}) if old else {}
    for name in old:
        section = pretrain.pop(name)
        if isinstance(section, Mapping) and isinstance(strategies, dict):
            strategies[name] = _labels(_renamed(section)) | strategies.get(name, {})
    told = [f"pretrain.{name} is pretrain.strategies.{name} now" for name in old]
    episodic = pretrain.get("episodic")
    if isinstance(episodic, Mapping):
        told += [
            f"pretrain.episodic.{name} is pretrain.episodic.{_RENAMED[name]} now"
            for name in episodic
            if name in _RENAMED
        ]
        pretrain["episodic"] = _renamed(episodic)
    inputs = pretrain.get("input")
    if isinstance(inputs, Mapping) and "view" in inputs:
        told.append("pretrain.input.view is pretrain.input.align now")
        pretrain["input"] = todays_align(inputs)
    loop = pretrain.get("loop")
    before = loop.get("precision") if isinstance(loop, dict) else None
    if (today := todays_precision(before)) is not before:
        told.append(f"pretrain.loop.precision: {before} is {today} now")
        pretrain["loop"]["precision"] = today
    return told


def _renamed(options: Mapping[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(key, key): value for key, value in options.items()}


def _labels(options: dict[str, Any]) -> dict[str, Any]:
    """Read the labels beside a teacher, which were a section of their own."""
    labels = options.pop("labels", None)
    if not isinstance(labels, Mapping):
        return options
    head = {key: value for key, value in labels.items() if key != "weight"}
    return options | {"ce_weight": labels.get("weight", 0.0), "ce_head": head}
