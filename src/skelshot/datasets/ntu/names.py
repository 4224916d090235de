"""Names of NTU RGB+D: file names, class names, clips to leave out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from skelshot.datasets.clips import BadClip
from skelshot.datasets.plain_text import read_lines
from skelshot.ground import SkelshotError

CLASSES = 120
FIRST_NEW_ACTION, FIRST_NEW_SETUP = 61, 18
"""NTU RGB+D 120 adds actions from 61 on, recorded in setups from 18 on."""

_NAME = re.compile(r"S([0-9]{3})C([0-9]{3})P([0-9]{3})R([0-9]{3})A([0-9]{3})")
_RANGES = {"setup": 32, "camera": 3, "performer": 106, "replication": 2, "action": CLASSES}


@dataclass(frozen=True)
class NtuName:
    """The fields of a file name such as `S018C003P008R001A061`.

    Args:
        setup: Where the cameras stand, 1 to 32.
        camera: 1 (45 degrees), 2 or 3 (front and side).
        performer: Who acts, 1 to 106.
        replication: 1 or 2.
        action: The class's number, 1 to 120.
    """

    setup: int
    camera: int
    performer: int
    replication: int
    action: int

    @property
    def label(self) -> int:
        """The class's place in `ntu_class_names`, from 0."""
        return self.action - 1


def parse_name(stem: str) -> NtuName:
    """Read the fields of a clip's name.

    Args:
        stem: The file's name without its ending.

    Returns:
        The fields.

    Raises:
        BadClip: The name breaks the pattern, a field is out of its range, or an action from 61
            on stands in a setup below 18.

    Example:
        >>> parse_name("S018C003P008R001A061").label
        60
    """
    match = _NAME.fullmatch(stem)
    if match is None:
        raise BadClip(
            f"file name: found {stem[:60]!r}, expected SsssCcccPpppRrrrAaaa, such as "
            "S001C002P003R002A013"
        )
    name = NtuName(*map(int, match.groups()))
    for field, largest in _RANGES.items():
        value = getattr(name, field)
        if not 1 <= value <= largest:
            raise BadClip(f"file name, {field}: found {value}, expected 1 to {largest}")
    if name.action >= FIRST_NEW_ACTION and name.setup < FIRST_NEW_SETUP:
        raise BadClip(
            f"file name: found action {name.action} in setup {name.setup}, but actions from "
            f"{FIRST_NEW_ACTION} on are in setups from {FIRST_NEW_SETUP} on"
        )
    return name


@cache
def ntu_class_names() -> tuple[str, ...]:
    """Return the names of the 120 actions in the order of their numbers.

    Returns:
        The names as on the data set's page; action n is at place n - 1.

    Example:
        >>> ntu_class_names()[0], ntu_class_names()[119]
        ('drink water', 'finger-guessing game (playing rock-paper-scissors)')
    """
    document = yaml.safe_load(_resource("ntu-rgbd.yaml"))
    return tuple(document["actions"])


def missing_names(which: Path | str) -> frozenset[str]:
    """Return the names of clips that have no usable skeletons.

    Args:
        which: `official` for the 535 names that come with NTU RGB+D 120 (the 302 of NTU RGB+D
            are among them), `none`, or a text file with one name a line; other lines in it are
            passed over.

    Returns:
        The names.

    Raises:
        SkelshotError: The file cannot be read or holds no name.

    Example:
        >>> len(missing_names("official")), len(missing_names("none"))
        (535, 0)
    """
    if which == "none":
        return frozenset()
    if which == "official":
        return _official()
    try:
        lines = read_lines(Path(which))
    except SkelshotError as error:
        raise SkelshotError(
            f"{which}: the list of missing skeletons cannot be read ({error}); expected "
            "'official', 'none' or a text file"
        ) from error
    names = _names_in(lines)
    if not names:
        raise SkelshotError(
            f"{which}: found no clip's name, expected one a line, such as S001C002P005R002A008"
        )
    return names


@cache
def _official() -> frozenset[str]:
    return _names_in(_resource("ntu-missing-skeletons.txt").splitlines())


def _names_in(lines: Iterable[str]) -> frozenset[str]:
    """Return the lines that are names; files may give them their ending."""
    names = (line.strip().removesuffix(".skeleton") for line in lines)
    return frozenset(name for name in names if _NAME.fullmatch(name))


def _resource(name: str) -> str:
    return files("skelshot.datasets").joinpath("names").joinpath(name).read_text("utf-8")
