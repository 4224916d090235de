"""The text encoders that methods are handed to read the names of classes with."""

from collections.abc import Callable, Sequence

from torch import Tensor

TextEncoder = Callable[[Sequence[str]], Tensor]
"""Turns n texts into vectors (n, D), float32 on the CPU."""

TextEncoders = Callable[[str, str | None], TextEncoder]
"""Gives a text encoder by its name, such as `minilm`, and a model of it or None."""
