"""A folder of clips to vectors, by a trained run: for your own search, clustering or classifier.

python examples/embed_clips.py [FORMAT CLIPS RUN]

FORMAT is one that `skelshot prepare` reads (`npz`, `ntu`, `pyskl`, one of another package), CLIPS
the folder or file, RUN what `skelshot pretrain` made. Without them, toy clips and a short run stand
in.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import skelshot as sk
from skelshot.experiments.toy import write_toy_clips


def embed(form: str, clips: Path, run: Path, out: Path) -> sk.Store:
    """Write one vector a clip, with the clips' names and classes.

    Args:
        form: The clips' format.
        clips: The folder or file of clips.
        run: A trained run; the encoder of its first split is used.
        out: Where `vectors.npz` and the store of read clips go.

    Returns:
        The store of read clips; the rows of `vectors` are in the order of its `clips`.
    """
    store = sk.prepare(form, clips, out / "store")
    first = min(sk.Run.open(run).splits.items())[1]
    vectors = first.embed(store)  # the encoder sees clips as in training: frames, streams, view
    names = [clip.name for clip in store.clips]
    classes = [store.class_of(index) or "" for index in range(len(store))]
    np.savez(out / "vectors.npz", vectors=vectors.numpy(), names=names, classes=classes)
    return store


def toy_run(folder: Path) -> tuple[str, Path, Path]:
    """Make clips to embed, and a run of other performers' clips to embed them with."""
    write_toy_clips(folder / "others", performers=4, repetitions=1, seed=1)
    others = sk.prepare("npz", folder / "others", folder / "others.store")
    changes = ("strategy.epochs=4", "input.frames=16", "encoder.width=0.125")
    sk.pretrain(others, folder / "run", protocol="toy", splits=[0], changes=changes)
    write_toy_clips(folder / "clips", performers=3, repetitions=1)
    return "npz", folder / "clips", folder / "run"


def main() -> None:
    """Embed the clips and print each one's nearest neighbour."""
    out = Path(tempfile.mkdtemp())
    form, clips, run = sys.argv[1:4] if len(sys.argv) > 3 else toy_run(out)
    embed(form, Path(clips), Path(run), out)

    with np.load(out / "vectors.npz") as saved:
        vectors, names, classes = (saved[key] for key in ("vectors", "names", "classes"))
    print(f"{out / 'vectors.npz'}: {len(vectors)} clips, {vectors.shape[1]} numbers each")
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T - 2 * np.eye(len(unit))  # no clip is its own neighbour
    nearest = likeness.argmax(axis=1)
    for name, row in list(zip(names, nearest, strict=True))[:5]:
        print(f"{name} is nearest to {names[row]} ({classes[row]})")
    same = (classes == classes[nearest])[classes != ""]  # unlabelled clips have no class
    print(f"of the same class: {np.mean(same):.2f} of the clips")


if __name__ == "__main__":
    main()
