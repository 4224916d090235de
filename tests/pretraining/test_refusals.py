"""What does not fit the clips is refused before anything is written, whatever reads them."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.protocols import ClassSplitProtocol
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store
from skelshot.experiments.settings import load_settings
from skelshot.ground import SkelshotError
from skelshot.pretraining.pretrain import pretrain
from skelshot.skeletons import layout_from

PROTOCOL = ClassSplitProtocol(name="p", draws_as="p", splits=1, base=2, novel=2, draws=1)
STICK = {
    "name": "stick",
    "joints": ["low", "middle", "high"],
    "bones": [["middle", "low"], ["high", "middle"]],
}


@pytest.fixture(params=[2, 3], ids=["2-D", "3-D"])
def sticks(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store of clips of three joints, without hips, shoulders or sides."""
    rng = np.random.default_rng(0)
    (tmp_path / "raw").mkdir()
    for number in range(16):
        joints = rng.random((8, 3, request.param)) * (100 if request.param == 2 else 1) + 1
        write_npz_clip(
            tmp_path / "raw" / f"{number}.npz", joints, label=f"c{number % 4}", layout=STICK_LAYOUT
        )
    reader = NpzReader(reading=ReadingOptions(body_check="ignore"))
    prepare(reader, tmp_path / "raw", tmp_path / "store")
    return Store.open(tmp_path / "store")


STICK_LAYOUT = layout_from(STICK)


def train(store: Store, out: Path, *assignments: str) -> None:
    settings = load_settings(
        "smoke",
        layout=store.layout,
        coordinates=store.channels,
        assignments=["strategy=none", "episodic.episode.ways=2", *assignments],
    )
    pretrain(store, PROTOCOL, PROTOCOL.split_list(store), settings.pretrain, out)


def test_a_method_that_needs_hips(sticks: Store, tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match=r"'stick' has no hips .* name them in its file"):
        train(sticks, tmp_path / "run", "episodes=tcn-oneshot")
    assert not (tmp_path / "run").exists()
    train(sticks, tmp_path / "run", "episodes=protonet")


@pytest.mark.parametrize("sticks", [2], indirect=True)
def test_turned_views_of_flat_clips(sticks: Store, tmp_path: Path) -> None:
    turned = "episodic.method_options.each_side=2"
    with pytest.raises(SkelshotError, match=r"set --set episodic\.method_options\.each_side=0"):
        train(sticks, tmp_path / "run", "episodes=jeanie", turned)
    assert not (tmp_path / "run").exists()
    train(sticks, tmp_path / "run", "episodes=jeanie", "episodic.method_options.each_side=0")
