"""Video features under way: pieces of the work that are on disk whole or not at all."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_mapping
from skelshot.ground.json_text import parse_json
from skelshot.ground.locks import lock_file, only_writer
from skelshot.ground.plans import Plan
from skelshot.ground.regular import check_regular
from skelshot.ground.seeding import digest_of
from skelshot.ground.tensor_files import write_tensors
from skelshot.teachers.cache.chunks import Chunk, ClipNote, SkippedClip

PLAN: Final = "plan.json"
SHARDS: Final = "shards"


@dataclass(frozen=True)
class ShardFolder:
    """`FEATURES.partial`: a plan, and one file for every so many clips.

    Which clips a shard holds follows from the plan alone, so that runs with another number of
    processes go on where others stopped. Each file is written beside its place and renamed, so
    that a kill leaves it whole or absent.

    Args:
        path: The folder.
        plan: Everything that decides the features; a folder with another plan is refused.
        clips: Names of all clips in order.
        size: Clips a shard.
    """

    path: Path
    plan: Mapping[str, Any]
    clips: tuple[str, ...]
    size: int

    @property
    def key(self) -> str:
        """Digest of the plan and the clips."""
        return digest_of(json.dumps(self.plan, sort_keys=True), *self.clips).hex()

    @property
    def count(self) -> int:
        """Number of shards."""
        return -(-len(self.clips) // self.size)

    def members(self, shard: int) -> range:
        """Tell which clips a shard holds, as places in `clips`."""
        start = shard * self.size
        return range(start, min(start + self.size, len(self.clips)))

    def begin(self) -> None:
        """Make the folder, or take up what an earlier run or another process left there.

        Raises:
            SkelshotError: It holds something else, or cannot be written.
        """
        file = self.path / PLAN
        try:
            if not file.exists():
                self._refuse_foreign()
                self.path.mkdir(parents=True, exist_ok=True)
            self._begun.settle(file)
            (self.path / SHARDS).mkdir(exist_ok=True)
        except OSError as error:
            raise SkelshotError(
                f"{self.path}: cannot be written ({error.strerror or error})"
            ) from error

    @contextmanager
    def held_by(self, rank: int) -> Iterator[None]:
        """Lock the folder against a second run of the same command while the block runs.

        The first process holds the lock of the cache itself, as whoever writes texts alone.

        Args:
            rank: Number of this process.

        Yields:
            Nothing.

        Raises:
            SkelshotError: Another process with this number is at work.
        """
        out = self._out
        own = out.with_name(f".{out.name}.rank-{rank}.lock") if rank else None
        with only_writer(out, "`skelshot teach`", own):
            yield

    def missing(self, strict: bool = False) -> list[int]:
        """List the shards that are not on disk.

        Args:
            strict: Count those with skipped clips among them, so that they are done again.

        Returns:
            Their numbers.
        """
        return [
            shard
            for shard in range(self.count)
            if not self.file(shard).exists() or (strict and self.counts(shard)[1])
        ]

    def file(self, shard: int) -> Path:
        """Name a shard's file."""
        return self.path / SHARDS / f"{shard:06d}.safetensors"

    def write(self, shard: int, chunk: Chunk) -> None:
        """Write a shard, whole or not at all.

        Args:
            shard: Its number.
            chunk: Features of its clips.

        Raises:
            SkelshotError: The disk refuses.
        """
        tensors = {"video": torch.from_numpy(chunk.video)}
        if chunk.prompted is not None:
            tensors["prompted"] = torch.from_numpy(chunk.prompted)
        document = {
            "key": self.key,
            "notes": [asdict(note) for note in chunk.notes],
            "skipped": [asdict(entry) for entry in chunk.skipped],
        }
        try:
            write_tensors(self.file(shard), tensors, {"document": json.dumps(document)})
        except OSError as error:
            raise SkelshotError(
                f"{self.file(shard)}: cannot be written ({error.strerror or error})"
            ) from error

    def read(self, shard: int) -> Chunk:
        """Read a shard.

        Args:
            shard: Its number.

        Returns:
            Features of its clips.

        Raises:
            SkelshotError: It is damaged, or of another plan.
        """
        with self._opened(shard) as (file, document):
            prompted = file.get_tensor("prompted") if "prompted" in set(file.keys()) else None
            notes = [_note(entry) for entry in document["notes"]]
            skipped = [SkippedClip(**entry) for entry in document["skipped"]]
            return Chunk(notes, file.get_tensor("video"), prompted, skipped)

    def counts(self, shard: int) -> tuple[int, int]:
        """Tell how many clips of a shard have features, and how many were skipped."""
        with self._opened(shard) as (_, document):
            return len(document["notes"]), len(document["skipped"])

    @contextmanager
    def _opened(self, shard: int) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Open a shard and read its header; what fails while it is open is told as damage."""
        file = self.file(shard)
        check_regular(file)
        try:
            with safe_open(file, framework="np") as opened:
                document = parse_json((opened.metadata() or {})["document"], "document")
                if document["key"] != self.key:
                    raise ValueError("of another plan")
                yield opened, document
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise SkelshotError(
                f"{file}: not a whole shard of these features ({error}); delete it and run the "
                "command again"
            ) from error

    def chunks(self) -> Iterator[Chunk]:
        """Read all shards in order."""
        for shard in range(self.count):
            yield self.read(shard)

    def fresh_folder(self, name: str) -> Path:
        """Make an empty folder within, in place of what a killed run left under that name."""
        folder = self.path / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def remove(self) -> None:
        """Delete the folder, now that the cache is written; the plan, which tells whose, last."""
        shutil.rmtree(self.path / SHARDS, ignore_errors=True)
        shutil.rmtree(self.path, ignore_errors=True)

    def remove_left(self) -> None:
        """Delete what a run of this plan left that was killed after its cache was written."""
        if not self.path.exists() and not lock_file(self._out).exists():
            return
        with suppress(SkelshotError, OSError), self.held_by(0):
            if any(self.path.iterdir()):
                self._begun.check(self.path, read_mapping(self.path / PLAN))
            self.remove()

    @property
    def _out(self) -> Path:
        return self.path.with_name(self.path.name.removesuffix(".partial"))

    @property
    def _begun(self) -> Plan:
        again = "run the command that began them again, or delete the folder"
        others = {"key": f"the clips are others; {again}"}
        return Plan("unfinished video features", {**self.plan, "key": self.key}, again, others)

    def _refuse_foreign(self) -> None:
        """Refuse a folder that holds what no features have; a stopped run of texts is cleared."""
        if not self.path.exists():
            return
        names = [entry.name for entry in self.path.iterdir()] if self.path.is_dir() else ["a file"]
        ours = (SHARDS, f".{PLAN}", "features.", ".features.")
        foreign = [name for name in names if not name.startswith(ours)]
        if foreign:
            raise SkelshotError(
                f"{self.path}: holds {foreign[0]!r}, which no feature cache has; move it away first"
            )


def _note(entry: dict[str, Any]) -> ClipNote:
    """Read a note back from JSON, which has lists in place of tuples."""
    frames = tuple(tuple(sample) for sample in entry["frames"])
    return ClipNote(**(entry | {"frames": frames, "box": tuple(entry["box"])}))
