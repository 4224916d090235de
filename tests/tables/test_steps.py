"""The stages of tables, as the front door runs them."""

from pathlib import Path

import pytest

from skelshot.datasets.store import Store
from skelshot.runs import Run
from skelshot.tables.steps import make_run
from skelshot.teachers import FeatureCache


@pytest.mark.parametrize("strategy", ["supervised", "transfer"])
def test_features_of_a_whole_table_are_read_where_a_strategy_reads_them(
    toy_store: Store, toy_features: FeatureCache, tmp_path: Path, strategy: str
) -> None:
    call = {
        "store": toy_store, "protocol": "toy", "preset": "smoke", "strategy": strategy,
        "splits": [0], "reads": ["features"],
    }  # fmt: skip
    make_run(tmp_path / "run", call, [toy_features.path])
    config = Run(tmp_path / "run").split(0).config
    assert (config["teacher"] is not None) == (strategy == "transfer")
