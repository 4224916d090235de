"""Presets of tables and the data sets behind roles, as data."""

from importlib.resources import files
from typing import Any, ClassVar

from pydantic import Field

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.yaml_text import parse_yaml
from skelshot.synthesis.plan import CAMERAS, REPLICATIONS
from skelshot.tables.definitions import Role


class DataRole(Options):
    """Meaning of a role of columns.

    Args:
        protocol: Draws the splits and tasks.
        class_names: As `teach --class-names`.
        every: As `teach --every`, for recorded videos.
    """

    described: ClassVar[str] = "role"

    protocol: str
    class_names: str | None = None
    every: float | None = None


class TableTeacher(Options):
    """The features behind a name that definitions use.

    Args:
        teacher: As `teach --teacher`.
        prompts: As `teach --prompts`.
        videos: Whether it sees videos, besides reading the classes' names.
        needs: What of its weights only its user has, where that is so; `--weights NAME=PATH`.
        own: The teacher that takes its place where `--weights NAME=PATH` gives a model.
    """

    described: ClassVar[str] = "teacher"

    teacher: str
    prompts: str | None = None
    videos: bool = False
    needs: str | None = None
    own: str | None = None


class TwinSize(Options):
    """Amount of synthetic data that stands in for a data set.

    Args:
        classes: Action numbers; 1 to `last_class` unless told.
        last_class: The highest action number.
        performers: How many people.
        cameras: Numbers of the cameras.
        replications: Numbers of the replications.
        filmed: Whether videos are written (in NTU's format of the base classes); teachers see
            pictures made of the skeletons unless told.
    """

    described: ClassVar[str] = "twin"

    classes: tuple[int, ...] = ()
    last_class: int = Field(60, ge=1)
    performers: int
    cameras: tuple[int, ...] = CAMERAS
    replications: tuple[int, ...] = REPLICATIONS
    filmed: bool = False

    @property
    def actions(self) -> tuple[int, ...]:
        """The action numbers, rising."""
        return self.classes or tuple(range(1, self.last_class + 1))


class TablePreset(Options):
    """Amounts of a preset: how much is run.

    Args:
        seeds: Runs of each row, from seed 0.
        splits: The most splits of a protocol; all unless told.
        teachers: By the names that definitions use.
        twins: Synthetic data by role.
    """

    described: ClassVar[str] = "preset"

    seeds: int = Field(1, ge=1, le=1000)
    splits: int | None = Field(None, ge=1)
    teachers: dict[str, TableTeacher] = Field(default_factory=dict)
    twins: dict[Role, TwinSize] = Field(default_factory=dict)


def table_presets() -> dict[str, TablePreset]:
    """Read the shipped presets of tables.

    Returns:
        By name.

    Example:
        >>> sorted(table_presets())
        ['cpu', 'paper', 'smoke']
    """
    return {name: TablePreset.model_validate(each) for name, each in _read("presets.yaml").items()}


def table_preset(name: str) -> TablePreset:
    """Find a preset of tables.

    Args:
        name: As `--preset`.

    Returns:
        The preset.

    Raises:
        SkelshotError: There is none of that name.
    """
    known = table_presets()
    if name not in known:
        raise SkelshotError(
            f"--preset: found {name!r:.80}, expected one of {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        )
    return known[name]


def data_roles() -> dict[str, DataRole]:
    """Read what stands behind the roles.

    Returns:
        By role.

    Example:
        >>> data_roles()["nw-ucla"].protocol
        'nw-ucla'
    """
    return {name: DataRole.model_validate(each) for name, each in _read("roles.yaml").items()}


def _read(name: str) -> dict[str, Any]:
    text = (files("skelshot.tables") / name).read_text(encoding="utf-8")
    document: dict[str, Any] = parse_yaml(text, name)
    return document
