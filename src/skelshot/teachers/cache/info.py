"""The description of a feature cache, `features.json`, and its reader."""

from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json
from skelshot.ground.options import Options

FORMAT_VERSION: Final = 2
INFO_FILE: Final = "features.json"
TENSOR_FILE: Final = "features.safetensors"
VIDEO_FILE: Final = "video.npy"
PROMPTED_FILE: Final = "prompted.npy"
CLIPS_FILE: Final = "clips.parquet"
SKIPPED_FILE: Final = "skipped.csv"


class FileInfo(Options):
    """Length and digest of a file.

    Args:
        bytes: Its length.
        sha256: Its SHA-256.
    """

    bytes: int = Field(ge=0)
    sha256: str


class VideoInfo(Options):
    """Description of the video features in `features.json`.

    Args:
        key: Digest of all that decides them: clips, frames, crop, draws, teacher.
        clips: Number of clips that have features.
        skipped: Number of clips that were to have features and have none; see `skipped.csv`.
        directions: 1, or 2 where each clip was shown backwards as well.
        samples: Samples of each clip's frames: the segment centres, and then random draws.
        prompts: Prompted texts of each sample (those of one direction); 0 without. Files call
            it `renderings`.
        source: Where the frames come from.
        options: What of the videos was taken.
        seed: Keys the random draws.
        fallbacks: Clips of which the whole frame stands in for the crop.
        clamped: Clips whose video ends before the frames that were wanted.
        files: Length and digest of each file.
    """

    model_config = ConfigDict(populate_by_name=True)

    described: ClassVar[str] = "video features"

    key: str
    clips: int = Field(ge=1)
    skipped: int = Field(0, ge=0)
    directions: Literal[1, 2] = 1
    samples: int = Field(1, ge=1)
    prompts: int = Field(0, ge=0, alias="renderings")
    source: Literal["videos", "rendered", "precomputed"] = "videos"
    options: dict[str, JsonValue] = Field(default_factory=dict)
    seed: int = 0
    fallbacks: int = Field(0, ge=0)
    clamped: int = Field(0, ge=0)
    files: dict[str, FileInfo] = Field(default_factory=dict)


class FeatureInfo(Options):
    """Description of a feature cache: the document `features.json`.

    Args:
        format_version: Version of the folder's format.
        teacher: The teacher's name.
        fingerprint: Digest of all that decides the teacher's vectors.
        dim: Length D of a vector.
        data_hash: The store's hash, which the features belong to.
        class_names: All class names of the store, in label order.
        text_labels: The label of each row of the tensor `text`; novel classes may be left out,
            and all classes where there are video features alone.
        texts: The R texts that each row was made of; empty when they are not known.
        options: How the cache was made, for the record.
        sha256: Digest of `features.safetensors`; empty until that file is written.
        video: The video features beside it, if there are any; not in version 1.
    """

    described: ClassVar[str] = "features"

    format_version: Literal[1, 2] = FORMAT_VERSION
    teacher: str = Field(min_length=1)
    fingerprint: str = Field(min_length=1)
    dim: int = Field(ge=1)
    data_hash: str = Field(min_length=1)
    class_names: tuple[str, ...] = Field(min_length=1)
    text_labels: tuple[int, ...]
    texts: tuple[tuple[str, ...], ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)
    sha256: str = ""
    video: VideoInfo | None = None

    @model_validator(mode="after")
    def _labels_name_classes(self) -> Self:
        if not self.text_labels and self.video is None:
            raise ValueError("text_labels is empty, and there are no video features")
        if len(set(self.text_labels)) < len(self.text_labels):
            raise ValueError("text_labels names a class twice")
        outside = [label for label in self.text_labels if not 0 <= label < len(self.class_names)]
        if outside:
            raise ValueError(
                f"text_labels holds {outside[0]}, expected labels from 0 to "
                f"{len(self.class_names) - 1}"
            )
        if self.texts and len(self.texts) != len(self.text_labels):
            raise ValueError(
                f"texts has {len(self.texts)} rows and text_labels {len(self.text_labels)}"
            )
        return self

    def as_json(self) -> dict[str, Any]:
        """Return the document that `features.json` holds."""
        return self.model_dump(mode="json", by_alias=True)


def read_info(folder: Path) -> FeatureInfo:
    """Read and check `features.json`.

    Args:
        folder: The cache.

    Returns:
        What it says.

    Raises:
        SkelshotError: The folder is no whole cache, or the file is not as it should be.
    """
    file = folder / INFO_FILE
    if not file.is_file() or folder.name.endswith(".partial"):
        stopped = folder.with_name(folder.name + ".partial").is_dir()
        raise SkelshotError(
            f"{folder}: not a feature cache, expected a folder with {INFO_FILE} and {TENSOR_FILE} "
            f"written whole; {'the run that wrote it was stopped, ' if stopped else ''}"
            "write it with `skelshot teach`"
        )
    document = read_json(file)
    version = document.get("format_version") if isinstance(document, dict) else None
    if version not in (1, FORMAT_VERSION):
        raise SkelshotError(
            f"{file}: found format version {version!r}, this Skelshot reads 1 to {FORMAT_VERSION}; "
            "write the cache again or update Skelshot"
        )
    try:
        return FeatureInfo.model_validate(document)
    except SkelshotError as error:
        raise SkelshotError(
            f"{file}: {error}; write the cache again with `skelshot teach`"
        ) from error
