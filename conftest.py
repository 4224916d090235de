"""What tests and the docstrings' examples share; the tests' own fixtures are in tests/conftest.py.

Thousands of tests that are collected, and the packages that they import, stay until the end.
Collecting garbage would look at all of them over and over.
"""

import gc
import tempfile
from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Collect no garbage while tests are collected, and later on only that of tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture
def doctest_namespace(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """No names, but a temporary folder of pytest's own, with which all that is left there goes."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.getbasetemp()))
    return {}
