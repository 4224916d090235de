"""A text teacher of one's own in one file: hashed words, cached for the classes of a store.

python examples/own_teacher.py

To use it with `skelshot teach --teacher words --option dim=64`, put this file into a package of
yours and register it there, in pyproject.toml:

    [project.entry-points."skelshot.teachers"]
    words = "my_package.own_teacher:WordsTeacher"
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import Field
from torch import Tensor

from skelshot.datasets import NpzReader, Store
from skelshot.datasets.prepare import prepare
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground.seeding import digest_of
from skelshot.teachers import FeatureCache, Teacher, TeacherOptions, extract_text, load_templates


class WordsOptions(TeacherOptions):
    """Options of the teacher.

    Args:
        dim: Length D of a vector.
    """

    dim: int = Field(128, ge=1, le=4096)


class WordsTeacher(Teacher):
    """Counts a text's words in D places, each word always in the same one.

    Args:
        dim: Length D of a vector.
    """

    name = "words"
    options_type = WordsOptions

    def __init__(self, dim: int = 128) -> None:
        self.dim = dim

    def fingerprint(self) -> str:
        """Return what decides the vectors."""
        return digest_of(self.name, self.dim).hex()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Encode texts.

        Args:
            texts: n texts.

        Returns:
            Counts (n, D), float32.
        """
        counts = torch.zeros(len(texts), self.dim)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                counts[row, int.from_bytes(digest_of(word)[:4], "big") % self.dim] += 1
        return counts


def main() -> None:
    """Cache the features of toy classes and say which names are alike."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder / "raw", performers=1, repetitions=1)
    prepare(NpzReader(), folder / "raw", folder / "store")
    store = Store.open(folder / "store")

    teacher = WordsTeacher.from_options({"dim": 512})
    extract_text(store, teacher, load_templates("plain"), folder / "features")
    cache = FeatureCache.open(folder / "features")
    text = torch.nn.functional.normalize(cache.text[:, 0], dim=-1)
    nearest = (text @ text.T).fill_diagonal_(-1).argmax(dim=1)
    for name, other in zip(cache.class_names, nearest.tolist(), strict=True):
        print(f"{name:28} is most like {cache.class_names[other]}")


if __name__ == "__main__":
    main()
