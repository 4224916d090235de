"""Keys of presets: all that there are, each as `--set` takes it."""

import json

import pytest
from pydantic_core import to_jsonable_python

from skelshot.experiments.preset_keys import preset_keys
from skelshot.experiments.settings import load_settings, preset_names
from skelshot.fewshot import METHODS
from skelshot.pretraining import STRATEGIES

OF_THE_STORE = {"input.layout", "input.coordinates", "input.sides"}


@pytest.mark.parametrize("preset", preset_names())
def test_all_keys_set_to_their_values_give_the_preset(preset: str) -> None:
    assignments = [
        f"{key.name}={json.dumps(to_jsonable_python(key.value))}"
        for key in preset_keys(preset)
        if key.name not in OF_THE_STORE
    ]
    assert len(assignments) > 200
    plain = load_settings(preset, layout="kinect-v2")
    changed = load_settings(preset, layout="kinect-v2", assignments=assignments)
    assert changed.pretrain.encoder_spec == plain.pretrain.encoder_spec
    pretrain, before = (one.pretrain.model_dump(exclude={"encoder"}) for one in (changed, plain))
    assert pretrain == before
    without = {"classifiers"}
    assert changed.evaluate.model_dump(exclude=without) == plain.evaluate.model_dump(
        exclude=without
    )
    for method in METHODS.shipped:
        ours, theirs = (
            method.from_options(settings.evaluate.classifiers.get(method.name, {})).options
            for settings in (changed, plain)
        )
        assert ours == theirs


@pytest.mark.parametrize("strategy", STRATEGIES.shipped, ids=lambda strategy: strategy.name)
def test_sections_of_strategies_are_those_of_a_preset_that_chooses_it(strategy: type) -> None:
    chosen = load_settings("cpu", layout="kinect-v2", changes={"pretrain.strategy": strategy.name})
    dumped = chosen.pretrain.strategy.model_dump()
    for key in preset_keys("cpu"):
        if key.name.startswith(f"strategies.{strategy.name}."):
            value: object = dumped
            for part in key.name.split(".")[2:]:
                value = value[part]
            assert value == key.value


def test_every_key_that_ships_is_described() -> None:
    names = [key.name for key in preset_keys("cpu")]
    assert len(set(names)) == len(names)
    assert not [key.name for key in preset_keys("cpu") if not (key.meaning and key.kind)]
