"""The trained model as an ordinary transformers folder."""

import shutil
from pathlib import Path
from typing import Any

from skelshot.ground import SkelshotError
from skelshot.ground.tensor_files import write_tensors
from skelshot.mini_teacher.model import LARGEST, parameters_of
from skelshot.teachers.models.loading import WEIGHTS
from skelshot.teachers.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing

MOST_BYTES = 10 * 2**20
"""Largest size of all files together."""

TOKENISER_FILES = ("vocab.json", "merges.txt", "tokenizer_config.json")


def export_model(model: Any, words: Path, folder: Path) -> None:
    """Write a model in float16, with tokeniser and preprocessing.

    Args:
        model: The trained `XCLIPModel`; rounded in place.
        words: Folder with the tokeniser's files.
        folder: Where to; made if missing.

    Raises:
        SkelshotError: The model has more than 4.5 million parameters, or the folder more than
            10 MB.
    """
    if (found := parameters_of(model)) > LARGEST:
        raise SkelshotError(f"mini teacher: {found} parameters, expected at most {LARGEST}")
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(folder / WEIGHTS, model.half().state_dict(), {"format": "pt"})
    model.config.architectures, model.config.dtype = ["XCLIPModel"], "float16"
    model.config.save_pretrained(folder)
    for name in TOKENISER_FILES:
        shutil.copyfile(words / name, folder / name)
    size = int(model.config.vision_config.image_size)
    Preprocessing(size, size, IMAGENET_MEAN, IMAGENET_STD).write(folder)
    if (held := sum(file.stat().st_size for file in folder.iterdir())) > MOST_BYTES:
        raise SkelshotError(f"{folder}: {held} bytes, expected at most {MOST_BYTES}")
