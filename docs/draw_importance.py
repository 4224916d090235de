"""Draw a joint-frame heatmap of a synthetic clip, whose important joints and frames are known.

python docs/draw_importance.py    # writes docs/pictures/joint-frame-heatmap.png
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from skelshot.datasets.ntu import NtuReader
from skelshot.datasets.prepare import prepare
from skelshot.datasets.store import Store
from skelshot.explain.pictures import draw_explained
from skelshot.synthesis.plan import SynthesisPlan
from skelshot.synthesis.synthesise import synthesise
from skelshot.synthesis.truth import read_truth

PICTURE = Path(__file__).parent / "pictures" / "joint-frame-heatmap.png"
CLIP = "S001C002P008R001A001"


def main(out: Path = PICTURE) -> None:
    """Draw how fast each joint moves while it moves with purpose.

    Args:
        out: The picture.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        plan = SynthesisPlan((1,), (8,), (2,), replications=(1,))
        synthesise(plan, folder / "raw", workers=1)
        prepare(NtuReader(missing_list="none"), folder / "raw", folder / "store", workers=1)
        store = Store.open(folder / "store")
        clip = store.sequence(store.index_of(CLIP))
        (truth,) = (read_truth(file) for file in folder.rglob(f"{CLIP}.truth.json"))
        speed = np.linalg.norm(np.gradient(clip.joints, axis=1), axis=-1)  # (M, T, V)
        speed = np.minimum(speed, np.quantile(speed, 0.995))  # without the sensor's jumps
        frames = np.arange(clip.frames) if clip.frame_index is None else clip.frame_index
        importance = (speed * truth.purpose()[:, frames]).transpose(1, 2, 0)
        told = "ground truth: speed of the joints that move with purpose"
        draw_explained(clip, {told: importance}, out, "drink water", fps=30)


if __name__ == "__main__":
    main()
