"""The features of a split's clips, kept beside the encoder for the next evaluation."""

import errno
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import read_digested, write_digested
from skelshot.ground.files import sha256_of
from skelshot.ground.seeding import digest_of
from skelshot.runs.embed_options import EmbedOptions

_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


class KeptFeatures:
    """Files of features, each named after all that they depend on.

    Args:
        folder: The split's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "features"
        self.made_anew: list[str] = []
        """Kept features that were damaged or without a digest, and so were made anew."""

    def file(
        self,
        weights: Path,
        data_hash: str,
        options: EmbedOptions,
        form: bool | str,
        indices: Sequence[int],
        device: torch.device | str = "cpu",
    ) -> Path:
        """Name the file of some features.

        Args:
            weights: What makes them.
            data_hash: Hash of the store.
            options: How clips are read out.
            form: What else tells features apart.
            indices: Which clips.
            device: Where they are made, which changes their last bits.

        Returns:
            The file, whether it is there or not.
        """
        key = digest_of(
            sha256_of(weights),
            data_hash,
            options.model_dump_json(exclude={"classifiers", "batch"}),
            form,
            list(indices),
            *([] if torch.device(device).type == "cpu" else [torch.device(device).type]),
        ).hex()[:16]
        return self._folder / f"{key}.safetensors"

    def read_or_make(self, file: Path, count: int, make: Callable[[], Tensor]) -> Tensor:
        """Read what an earlier evaluation kept of as many clips, else make it and keep it.

        In a run that can only be read nothing is kept.

        Args:
            file: From `file`.
            count: How many clips.
            make: Makes the features, (count, ...).

        Returns:
            The features.
        """
        if file.exists():
            try:
                return _read(file, count)
            except SkelshotError as error:
                self.made_anew.append(str(error))
        features = make()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_digested(file, {"features": features}, {"key": file.stem})
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise
        return features


class NothingKept(KeptFeatures):
    """Features that are made anew each time: weights within the package leave no files there."""

    def __init__(self) -> None:
        super().__init__(Path())

    def read_or_make(self, file: Path, count: int, make: Callable[[], Tensor]) -> Tensor:
        """Make the features.

        Args:
            file: Not read.
            count: How many clips.
            make: Makes the features, (count, ...).

        Returns:
            The features.
        """
        del file, count
        return make()


def _read(file: Path, count: int) -> Tensor:
    """Read features of an earlier evaluation, if they are what the file's name says."""
    tensors, notes, has_digest = read_digested(file)
    features = tensors.get("features")
    if not has_digest or notes != {"key": file.stem} or features is None:
        raise SkelshotError(f"{file}: found {notes or 'no digest'}, expected features {file.stem}")
    if not features.ndim or len(features) != count:
        raise SkelshotError(f"{file}: found {tuple(features.shape)}, expected {count} features")
    return features
