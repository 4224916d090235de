"""Imports of the rooms of encoders and methods: no teacher, no data set."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("room", ["skelshot.fewshot", "skelshot.encoders"])
def test_no_teacher_no_data_set_and_no_heavy_package(room: str) -> None:
    forbidden = (
        *("skelshot.teachers", "skelshot.datasets", "skelshot.synthesis", "skelshot.videos"),
        *("transformers", "pyarrow", "matplotlib", "lightning_fabric", "av"),
    )
    program = f"import sys, {room}; print(*(n for n in {forbidden!r} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
