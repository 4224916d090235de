import errno

import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.ground.memory import memory_is_short

TOO_MUCH = 1 << 60


def test_what_libraries_say() -> None:
    with pytest.raises(MemoryError) as numpy:
        np.empty(TOO_MUCH, np.uint8)
    with pytest.raises(RuntimeError) as pytorch:
        torch.empty(TOO_MUCH, dtype=torch.uint8)
    for error in (numpy.value, pytorch.value, OSError(errno.ENOMEM, "Cannot allocate memory")):
        assert memory_is_short(error)


def test_an_error_that_took_it_for_damage() -> None:
    error = SkelshotError("a.safetensors: the checkpoint is corrupt")
    assert not memory_is_short(error)
    error.__cause__ = MemoryError()
    assert memory_is_short(error)
