"""What pyproject.toml declares is what the package imports."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
RUNTIME = [
    *PROJECT["dependencies"],
    *(entry for name, entries in EXTRAS.items() if name != "dev" for entry in entries),
]
MODULES = {"pillow": "PIL", "pyyaml": "yaml", "faiss-cpu": "faiss", "scikit-learn": "sklearn"}
"""Packages whose module is called otherwise."""


@pytest.mark.parametrize("requirement", RUNTIME)
def test_every_dependency_is_used(requirement: str) -> None:
    [package] = re.findall(r"^[\w.-]+", requirement)
    module = MODULES.get(package, package.replace("-", "_"))
    sources = (path.read_text() for path in (ROOT / "src").rglob("*.py"))
    assert any(re.search(rf"\b{module}\b", text) for text in sources), requirement
