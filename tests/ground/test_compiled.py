"""Compiled loops: kept on disk, and never stale."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.ground.compiled import compiled

HELPER = """
from skelshot.ground.compiled import compiled

@compiled
def step(x: float) -> float:
    return x + {step}
"""
CALLER = """
from skelshot.ground.compiled import compiled
from helper import step

@compiled
def walk(steps: int) -> float:
    x = 0.0
    for _ in range(steps):
        x = step(x)
    return x

print(walk(3))
"""


def test_it_computes_what_python_computes() -> None:
    def dot(a: np.ndarray, b: np.ndarray) -> float:
        total = 0.0
        for i in range(len(a)):
            total += a[i] * b[i]
        return total

    a, b = np.random.default_rng(0).normal(size=(2, 50))
    assert np.isclose(compiled(dot)(a, b), a @ b)


def test_where_nothing_can_be_kept_it_is_compiled_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unkept(**options: bool) -> Any:
        if options.get("cache"):
            raise RuntimeError("cannot cache function 'half': no locator available")
        return lambda function: function

    monkeypatch.setattr("skelshot.ground.compiled.njit", unkept)

    def half(x: float) -> float:
        return x / 2

    assert compiled(half)(3.0) == 1.5


def _walk(folder: Path) -> float:
    done = subprocess.run(
        [sys.executable, "caller.py"], cwd=folder, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_code_is_kept_and_a_changed_helper_is_compiled_anew(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(CALLER)
    # The caller's file stays as it is. The helper's grows: Python itself tells a source from its
    # bytecode by size and whole second, so one of the same size and second would not be read.
    for step in (1.0, 20.0):
        (tmp_path / "helper.py").write_text(HELPER.format(step=step))
        assert _walk(tmp_path) == 3 * step
    assert len(list(tmp_path.glob("__pycache__/compiled-*/**/*caller.walk*.nbi"))) == 2
