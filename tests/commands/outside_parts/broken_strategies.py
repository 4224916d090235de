"""Strategies that do not keep the contract."""

from typing import Literal

import torch
from own_strategy import OrderOptions, OrderStage

from skelshot.pretraining import Stage, StageOptions


def options_of(name):
    """Make options with that name."""
    space = {"__module__": __name__, "__annotations__": {"name": Literal[name]}, "name": name}
    return type("Named", (OrderOptions,), space)


class NoStage:
    name = "no-stage"


class Episodic(OrderStage):
    name = "episodic"
    options_type = options_of("episodic")


class Abstract(Stage):
    name = "abstract"
    options_type = options_of("abstract")


class Optionless(OrderStage):
    name = "optionless"
    options_type = None


class Nameless(OrderStage):
    name = "nameless"
    options_type = StageOptions


class Unmade(OrderStage):
    name = "unmade"
    options_type = options_of("unmade")

    def __init__(self, encoder, options, data):
        raise RuntimeError("no licence")


class Empty(OrderStage):
    name = "empty"
    options_type = options_of("empty")

    def batches(self, epoch):
        return []


class Listing(OrderStage):
    name = "listing"
    options_type = options_of("listing")

    def load(self, item, epoch):
        return [1, 2]


class Raising(OrderStage):
    name = "raising"
    options_type = options_of("raising")

    def load(self, item, epoch):
        return 1 / 0


class Late(OrderStage):
    name = "late"
    options_type = options_of("late")

    def load(self, item, epoch):
        return super().load(item, epoch) if epoch == 0 else 1 / 0


class Lossless(OrderStage):
    name = "lossless"
    options_type = options_of("lossless")

    def forward(self, batch):
        return {"accuracy": torch.tensor(0.0)}


class Vector(OrderStage):
    name = "vector"
    options_type = options_of("vector")

    def forward(self, batch):
        return {"loss": self.head(self.encoder(batch["clips"])).sum(1)}


class Flat(OrderStage):
    name = "flat"
    options_type = options_of("flat")

    def forward(self, batch):
        return {"loss": torch.tensor(1.0)}
