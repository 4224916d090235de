"""A reader of one's own in one file: clips as CSV tables, a row a frame, the class in the name.

python examples/own_reader.py

To use it with `skelshot prepare csv RAW --out STORE --option separator=;`, put this file into a
package of yours and register it there, in pyproject.toml:

    [project.entry-points."skelshot.readers"]
    csv = "my_package.own_reader:CsvReader"
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import Field

from skelshot.datasets import Clip, Reader, ReaderOptions, Rejected, Source, Store
from skelshot.datasets.checks import clip_or_rejected, presence_of, validate_clip
from skelshot.datasets.clips import BadClip
from skelshot.datasets.prepare import prepare
from skelshot.datasets.readers import list_sources
from skelshot.skeletons import SkeletonLayout, SkeletonSequence
from skelshot.skeletons.layouts import KINECT_V1


class CsvOptions(ReaderOptions):
    """Options of the reader.

    Args:
        separator: What stands between two numbers.
    """

    separator: str = Field(",", min_length=1, max_length=1)


class CsvReader(Reader):
    """Reads `CLASS_NUMBER.csv`: each row the x, y, z of 20 Kinect joints in metres.

    Args:
        separator: What stands between two numbers.
    """

    name = "csv"
    options_type = CsvOptions
    suffixes = (".csv",)

    def __init__(self, separator: str = ",") -> None:
        self._separator = separator
        self._class_names: tuple[str, ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order; known after `sources`."""
        return self._class_names

    @property
    def layout(self) -> SkeletonLayout:
        """The joints of every clip."""
        return KINECT_V1

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read."""
        return {"separator": self._separator}

    def sources(self, raw: Path) -> list[Source]:
        """List the tables, and learn the classes from their names."""
        sources = list_sources(raw, lambda name: name.lower().endswith(".csv"), ".csv files")
        self._class_names = tuple(sorted({_class_of(source) for source in sources}))
        return sources

    def read(self, source: Source) -> Iterator[Clip | Rejected]:
        """Read one table, or say why it is no clip."""
        yield clip_or_rejected(source.name, lambda: self._clip(source))

    def _clip(self, source: Source) -> Clip:
        try:
            rows = np.loadtxt(source.path, np.float32, delimiter=self._separator, ndmin=2)
            joints = rows.reshape(1, len(rows), self.layout.num_joints, 3)
        except ValueError as error:
            raise BadClip(f"found {error}, expected rows of 60 numbers") from error
        sequence, repaired = validate_clip(
            SkeletonSequence(joints, presence_of(joints), self.layout), "reject"
        )
        return Clip(
            name=Path(source.name).stem,
            label=self._class_names.index(_class_of(source)),
            sequence=sequence,
            source_file=source.name,
            repaired=repaired,
        )


def _class_of(source: Source) -> str:
    return Path(source.name).stem.rpartition("_")[0]


def main() -> None:
    """Write four clips and a broken one, read them into a store and look at it."""
    raw = Path(tempfile.mkdtemp())
    rng = np.random.default_rng(0)
    for name in ("jump_1", "jump_2", "wave_1", "wave_2"):
        pose = rng.normal(size=60)
        frames = pose + np.cumsum(rng.normal(0, 0.01, (30, 60)), axis=0)
        np.savetxt(raw / f"{name}.csv", frames, delimiter=";")
    (raw / "wave_3.csv").write_text("1;2;3\n")

    report = prepare(CsvReader.from_options({"separator": ";"}), raw, raw.with_suffix(".store"))
    print(f"{report.clips} clips, {report.rejected} rejected")
    store = Store.open(report.store)
    for index, clip in enumerate(store.clips):
        print(f"{clip.name}: {store.class_of(index)}, {clip.frames} frames")


if __name__ == "__main__":
    main()
