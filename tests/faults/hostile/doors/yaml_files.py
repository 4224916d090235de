"""YAML at every door that takes it: presets, protocols, prompts, class names, layouts, words."""

from collections.abc import Iterator

from ..cases import Case, Door
from ..documents import yaml_cases
from ..places import place_cases

FILE = "{in}/hostile.yaml"
TEACH = ("teach", "{shared}/store", "--teacher", "random-code", "--out", "{out}")
PRETRAIN = ("pretrain", "{shared}/store", "--out", "{out}")
EVALUATE = ("evaluate", "{shared}/store", "--method", "raw-nearest", "--preset", "smoke")
NPZ = ("prepare", "npz", "{shared}/raw", "--out", "{out}", "--workers", "1")

DOORS = (
    Door("preset", (*PRETRAIN, "--protocol", "toy", "--preset", FILE), "hostile.yaml"),
    Door("protocol", (*EVALUATE, "--protocol", FILE), "hostile.yaml"),
    Door("prompts", (*TEACH, "--prompts", FILE), "hostile.yaml"),
    Door("class names", (*TEACH, "--class-names", FILE), "hostile.yaml"),
    Door("layout", ("layouts", FILE), "hostile.yaml"),
    Door("target layout", ("layouts", "kinect-v2", "--to", FILE), "hostile.yaml"),
    Door("layout of clips", (*NPZ, "--layout", FILE), "hostile.yaml"),
)


def cases() -> Iterator[Case]:
    """List the cases."""
    for door in DOORS:
        yield from yaml_cases(door)
        yield from place_cases(door)
