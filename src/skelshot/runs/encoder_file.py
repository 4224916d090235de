"""An encoder's file in place of a run: imported or packaged weights, for any data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skelshot.encoders import check_card, packaged_file, packaged_names, read_header
from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.ground.options import read_document
from skelshot.ground.suggestions import did_you_mean
from skelshot.runs.kept_features import KeptFeatures, NothingKept
from skelshot.runs.matching import Matching
from skelshot.runs.met_classes import CLASSES, MET, TRAINED_ON
from skelshot.runs.run import Run, SplitRun

MATCHING = "matching"
"""Note of an encoder's file: how its features are best compared, as a JSON object."""


@dataclass(frozen=True)
class EncoderFile(SplitRun):
    """An encoder of which only its file is known, as if it were a split of a run.

    Args:
        folder: Where its features are kept.
        number: 0.
        file: The encoder, as `save_encoder` wrote it.
        is_packaged: Whether it comes with the package, where nothing is kept.
    """

    file: Path
    is_packaged: bool = False

    @property
    def done(self) -> bool:
        """True: nothing is left to train."""
        return True

    @cached_property
    def config(self) -> dict[str, Any]:
        """Classes that it has met, as far as its notes tell: all names, and those by their data."""
        notes = read_header(self.file).extra
        names = self._note(notes, CLASSES, "[]", "list of names", _are_names)
        met = self._note(notes, MET, "{}", "object of lists of names", _are_met)
        return ({"base": names} if names else {}) | ({"met": met} if met else {})

    def _note(
        self,
        notes: Mapping[str, str],
        key: str,
        unless: str,
        form: str,
        fits: Callable[[object], bool],
    ) -> Any:
        """Read a note that is JSON of a form."""
        try:
            value = parse_json(notes.get(key, unless), key)
        except SkelshotError:
            value = None
        if not fits(value):
            raise SkelshotError(
                f"{self.file}, notes, {key}: found {notes[key]!r:.80}, expected a JSON {form}; "
                "write the file again"
            )
        return value

    @property
    def result(self) -> dict[str, Any]:
        """Its origin, by its notes or its name."""
        notes = read_header(self.file).extra
        return {"store": notes.get(TRAINED_ON, notes.get("imported_from", self.file.name))}

    @cached_property
    def matching(self) -> Matching | None:
        """Comparison of its features, where its notes tell which is best."""
        note = read_header(self.file).extra.get(MATCHING)
        if note is None:
            return None
        place = f"{self.file}, notes, {MATCHING}"
        return read_document(Matching, parse_json(note, place), place, "write the file again")

    @property
    def preset(self) -> dict[str, Any] | None:
        """Options of its evaluation, as runs tell of their preset."""
        matching = self.matching
        return None if matching is None else matching.model_dump(include={"name", "evaluate"})

    @property
    def encoder_file(self) -> Path:
        """The encoder."""
        return self.file

    @property
    def kept(self) -> KeptFeatures:
        """The features that evaluations keep beside the encoder, none within the package."""
        return NothingKept() if self.is_packaged else super().kept

    def check(self) -> dict[str, Any]:
        """Read its header, which refuses what is no encoder.

        Returns:
            Where it comes from.

        Raises:
            SkelshotError: The file is missing, damaged or no encoder's.
        """
        return self.result


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _are_met(value: object) -> bool:
    """Tell `MetClasses` from other values."""
    if not isinstance(value, dict):
        return False
    return all(names is None or _are_names(names) for names in value.values())


@dataclass(frozen=True)
class EncoderRun(Run):
    """A run of one split, which is an encoder's file.

    Args:
        path: The folder beside the file where features and results are kept; of weights that
            come with the package their name.
        file: The encoder.
        is_packaged: Whether it comes with the package, where nothing is kept.
    """

    file: Path
    is_packaged: bool = False

    @classmethod
    def of_file(cls, file: Path | str) -> "EncoderRun":
        """Take an encoder's file for a run.

        Args:
            file: `NAME.safetensors`; features and results are kept in the folder `NAME` beside it.
                Or weights that come with the package, by their name or their file.

        Returns:
            The run.

        Raises:
            SkelshotError: The file is missing, damaged or no encoder's, or the card beside it tells
                of another one.
        """
        if is_packaged(file):
            return cls.of_package(str(file))
        file = Path(file)
        if not file.exists() and (near := did_you_mean(str(file), packaged_names())):
            raise SkelshotError(f"{file}: no such file, expected an encoder (.safetensors){near}")
        read_header(file)
        if file.stem in packaged_names() and file.samefile(packaged_file(file.stem)):
            return cls.of_package(file.stem)
        check_card(file)
        return cls(file.with_suffix(""), file)

    @classmethod
    def of_package(cls, name: str) -> "EncoderRun":
        """Take weights that come with the package for a run; nothing is written beside them.

        Args:
            name: One of `packaged_names`.

        Returns:
            The run.

        Raises:
            SkelshotError: There are none of that name, or their file is not the one of their card.
        """
        return cls(Path(name), packaged_file(name), is_packaged=True)

    @property
    def keeps_results(self) -> bool:
        """True if results of evaluations are kept beside the file."""
        return not self.is_packaged

    @property
    def matching(self) -> Matching | None:
        """Comparison of the encoder's features, where its notes tell which is best."""
        return self.split(0).matching

    @property
    def splits(self) -> dict[int, SplitRun]:
        """The one encoder, as split 0."""
        return {0: self.split(0)}

    def split(self, number: int) -> EncoderFile:
        """Return the encoder.

        Args:
            number: 0.

        Returns:
            It.
        """
        return EncoderFile(self.path, number, self.file, self.is_packaged)


def own_matching(runs: Sequence[Run | None]) -> Matching | None:
    """Return the comparison that the notes of a single encoder name.

    Args:
        runs: Those of an evaluation.

    Returns:
        It; None for runs, and for several.
    """
    only = runs[0] if len(runs) == 1 else None
    return only.matching if isinstance(only, EncoderRun) else None


def is_packaged(word: Path | str) -> bool:
    """Tell the name of weights that come with the package from a path.

    Args:
        word: As given to `--run` or `--encoder`.

    Returns:
        Whether it is such a name.

    Raises:
        SkelshotError: It is, and a file or folder of that name lies here, so that nobody knows
            which of the two is meant.

    Example:
        >>> is_packaged("skelshot-base"), is_packaged("runs/mine")
        (True, False)
    """
    name = str(word)
    if name not in packaged_names():
        return False
    if Path(name).exists():
        raise SkelshotError(
            f"{name}: found weights of the package and a place here of that name; name the place "
            f"by its whole path, {Path(name).resolve()}, or rename it"
        )
    return True
