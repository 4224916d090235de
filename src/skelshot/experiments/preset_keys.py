"""All keys of a preset, with what each is, its default and what the preset makes of it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from skelshot.experiments.option_words import default_of, field_descriptions, type_words
from skelshot.experiments.settings import Settings, load_settings
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.pretraining.options import EncoderOptions, PretrainOptions
from skelshot.pretraining.strategies import STRATEGIES

_LAYOUT = "kinect-v2"
"""A store's layout changes no default of a preset where its joints have hips and shoulders."""

_OF_THE_STORE = {
    "input.layout": "the store's",
    "input.coordinates": "the store's",
    "input.sides": "as --sides decides",
}
"""What the store says where the preset does not."""

_FILLED_IN = {"input.layout", "input.coordinates"}
"""What every store fills in, whatever a preset says."""

_OF_THE_INPUT = ("layout", "channels", "frames", "persons")
"""Fields of an encoder's specification that follow from the input."""


@dataclass(frozen=True)
class PresetKey:
    """One key of a preset.

    Args:
        name: As `--set` takes it.
        kind: Its type, in words.
        default: What it is where nothing is said; None for a key that is needed.
        value: What the preset makes of it on this machine.
        meaning: One sentence or more; empty where its author wrote none.
    """

    name: str
    kind: str
    default: object
    value: object
    meaning: str

    def as_json(self) -> dict[str, Any]:
        """Return the key as a JSON document."""
        return {
            "key": self.name,
            "type": self.kind,
            "default": to_jsonable_python(self.default),
            "value": to_jsonable_python(self.value),
            "meaning": self.meaning,
        }


def preset_keys(preset: str) -> list[PresetKey]:
    """List all keys of a preset, in the order of the pages.

    Args:
        preset: A shipped name, or a YAML file of one's own.

    Returns:
        The keys of pre-training (`strategy.` for the strategy that the preset names), of
        `strategies.NAME.`, and of `evaluate.`; parts from outside that work are among them.

    Raises:
        SkelshotError: No such preset, or it does not fit.

    Example:
        >>> key = next(key for key in preset_keys("smoke") if key.name == "input.frames")
        >>> key.kind, key.default, key.meaning
        ('whole number', 64, 'Frames T after cropping and resizing.')
    """
    settings = load_settings(preset, layout=_LAYOUT)
    return [
        *_of_pretraining(settings.pretrain),
        *_of_strategies(preset),
        *_of_evaluation(settings),
    ]


def chosen_keys(keys: Sequence[PresetKey], sections: Iterable[str]) -> list[PresetKey]:
    """Choose the keys of some sections.

    Args:
        keys: From `preset_keys`.
        sections: Beginnings of keys, such as `evaluate`, `strategy.optimizer` or a whole key;
            `pretrain` is all that is not `evaluate`.

    Returns:
        Those keys, in their order; all where no section is named.

    Raises:
        SkelshotError: No key begins so.
    """
    wanted = [section.removeprefix("pretrain.") for section in sections]
    known: dict[str, None] = {"pretrain": None}
    for key in keys:
        parts = key.name.split(".")
        known |= dict.fromkeys(".".join(parts[: count + 1]) for count in range(len(parts)))
    for section in wanted:
        if section not in known:
            tops = dict.fromkeys(name.partition(".")[0] for name in known)
            raise SkelshotError(
                f"section: found {section!r:.80}, expected {', '.join(tops)}, or more of a "
                f"key{did_you_mean(section, known)}"
            )
    return [key for key in keys if not wanted or any(_is_in(key.name, one) for one in wanted)]


def _is_in(name: str, section: str) -> bool:
    if section == "pretrain":
        return not name.startswith("evaluate.")
    return name == section or name.startswith(f"{section}.")


def _of_pretraining(pretrain: PretrainOptions) -> Iterator[PresetKey]:
    kinds = ", ".join(f"`{name}`" for name in (*STRATEGIES.names, "none"))
    meaning = field_descriptions(PretrainOptions)["strategy"]
    yield PresetKey("strategy", kinds, "supervised", pretrain.strategy_name, meaning)
    if pretrain.strategy is not None:
        yield from _keys(pretrain.strategy, "strategy.", without=("name",))
    said = {f"input.{name}" for name in pretrain.input.model_fields_set} - _FILLED_IN
    for key in _keys(pretrain, without=("strategy", "encoder")):
        told = None if key.name in said else _OF_THE_STORE.get(key.name)
        yield replace(key, default=told, value=told) if told else key
    yield from _keys(pretrain.encoder_spec, "encoder.", EncoderOptions(), _OF_THE_INPUT)


def _of_strategies(preset: str) -> Iterator[PresetKey]:
    for strategy in STRATEGIES.every()[0]:
        chosen = load_settings(
            preset, layout=_LAYOUT, changes={"pretrain.strategy": strategy.name}
        ).pretrain.strategy
        if chosen is not None:
            yield from _keys(chosen, f"strategies.{strategy.name}.", without=("name",))


def _of_evaluation(settings: Settings) -> Iterator[PresetKey]:
    evaluate = settings.evaluate
    yield from _keys(evaluate, "evaluate.", without=("classifiers",))
    for method in METHODS.every()[0]:
        options = method.from_options(evaluate.classifiers.get(method.name, {})).options
        yield from _keys(options, f"evaluate.classifiers.{method.name}.")


def _keys(
    options: BaseModel, prefix: str = "", defaults: object = None, without: Collection[str] = ()
) -> Iterator[PresetKey]:
    """List the keys of some options and of those within them.

    Args:
        options: What the preset makes of them.
        prefix: Stands in front of the keys.
        defaults: Has the defaults that are not those of the fields.
        without: Fields to leave out.

    Yields:
        The keys, in the order of the fields.
    """
    meanings = field_descriptions(type(options))
    for name, field in type(options).model_fields.items():
        if name in without:
            continue
        value = getattr(options, name)
        usual = None if field.is_required() else default_of(field)
        default = getattr(defaults, name, usual)
        if isinstance(value, BaseModel):
            yield from _keys(value, f"{prefix}{name}.", default)
        else:
            kind = type_words(field.annotation)
            yield PresetKey(f"{prefix}{name}", kind, default, value, meanings.get(name, ""))
