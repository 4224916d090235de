"""The file that names several stores which become one."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from skelshot.ground import SkelshotError
from skelshot.ground.file_names import check_file_name
from skelshot.ground.options import Options, read_document
from skelshot.ground.yaml_text import parse_yaml, place_of, yaml_text


def _set_name(name: str) -> str:
    """Check a set's name, which its clips and classes begin with, and `PROTOCOL@SET` ends with."""
    try:
        check_file_name(name)
    except ValueError:
        name = ""
    if not name or "@" in name or len(name) > 40:
        raise ValueError("expected a name of 1 to 40 characters such as my-set, without / and @")
    return name


class OneSet(Options):
    """A store among several.

    Args:
        store: The store; a relative path counts from the file that names it.
        leave_out: Classes whose clips are left out, such as those that an evaluation recognises.
        leave_out_subjects: Numbers of the people whose clips are left out.
    """

    described: ClassVar[str] = "set"

    store: Path
    leave_out: tuple[str, ...] = ()
    leave_out_subjects: tuple[int, ...] = ()


class StoreSets(Options):
    """The file that tells which stores become one.

    Args:
        sets: The stores by the name that goes before their clips and classes.
        joined: Classes that are one although they come from several sets, or from one under
            several names: `SET/CLASS` texts by the name of all of them together. A class that is
            not named here stays apart, also where another set has one of the same name.
    """

    described: ClassVar[str] = "sets"

    sets: dict[Annotated[str, AfterValidator(_set_name)], OneSet] = Field(min_length=1)
    joined: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def read_sets(path: Path) -> StoreSets:
    """Read which stores become one.

    Args:
        path: A YAML file.

    Returns:
        The stores by their names, and the classes that are joined.

    Raises:
        SkelshotError: It is no such file; the message names the line.
    """
    text, place = yaml_text(path), str(path)
    try:
        return read_document(StoreSets, parse_yaml(text, place), place, "name stores under sets:")
    except SkelshotError as error:
        told = str(error).removeprefix(place)
        raise SkelshotError(f"{place_of(path, text, error)}{told}") from error
