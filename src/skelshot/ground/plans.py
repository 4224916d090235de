"""Plans of folders: noted when work begins, and the same whenever it goes on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skelshot.ground.errors import SkelshotError
from skelshot.ground.files import read_mapping, write_json


@dataclass(frozen=True)
class Plan:
    """All that decides what a folder holds, for folders that work goes on in after a kill.

    Whoever settles a plan keeps other processes out meanwhile, see `skelshot.ground.locks`.

    Args:
        holds: What the folder holds, as messages say: `a run`.
        document: The plan; compared and written as JSON has it.
        advice: What to do where the folder holds something else.
        advice_on: What to do about single differences in its place, by their dotted keys;
            `{found}` in it stands for what the folder has.

    Example:
        >>> plan = Plan("a run", {"seed": 1, "size": (64, 36)}, "use another --out")
        >>> plan.check("out", {"seed": 1, "size": [64, 32]})
        Traceback (most recent call last):
        ...
        skelshot.ground.errors.SkelshotError: out: holds a run of another size.1 (found 32, now
        asked for 36); use another --out
    """

    holds: str
    document: Mapping[str, Any]
    advice: str
    advice_on: Mapping[str, str] = field(default_factory=dict)

    def settle(
        self,
        file: Path,
        read: Callable[[Path], object] = read_mapping,
        write: Callable[[Path, object], None] = write_json,
    ) -> None:
        """Note the plan in a file, or check that it is the one that the folder was begun with.

        Args:
            file: Where it is noted.
            read: Reads such a file, within bounds.
            write: Writes one, whole or not at all.

        Raises:
            SkelshotError: The file cannot be read, or holds another plan.
        """
        if not file.exists():
            write(file, _plain(self.document))
        self.check(file, read(file))

    def check(self, place: Path | str, found: object) -> None:
        """Refuse what was begun with another plan.

        Args:
            place: What holds it, as the message begins.
            found: Its plan.

        Raises:
            SkelshotError: It is another; the first difference is told.
        """
        if difference := first_difference(_plain(found), _plain(self.document)):
            key, before, now = difference
            advice = self.advice_on.get(key, self.advice).replace("{found}", f"{before!s:.20}")
            raise SkelshotError(
                f"{place}: holds {self.holds} of another {key or 'plan'} (found {before!r:.200}, "
                f"now asked for {now!r:.200}); {advice}"
            )


def first_difference(found: object, wanted: object, key: str = "") -> tuple[str, Any, Any] | None:
    """Find the first place where two documents differ.

    Args:
        found: What is there: values, lists and mappings of them.
        wanted: What is asked for.
        key: Dotted name of the place, for the recursion.

    Returns:
        Dotted key, value found and value wanted; None when all is equal. Lists of two lengths
        differ as a whole.

    Example:
        >>> first_difference({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}})
        ('a.b.1', 2, 3)
    """
    if isinstance(found, dict) and isinstance(wanted, dict):
        pairs = {name: (found.get(name), wanted.get(name)) for name in {**found, **wanted}}
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        pairs = dict(enumerate(zip(found, wanted, strict=True)))
    else:
        return None if found == wanted else (key, found, wanted)
    inner = (first_difference(*pair, f"{key}.{name}".lstrip(".")) for name, pair in pairs.items())
    return next(filter(None, inner), None)


def _plain(document: object) -> object:
    """Return what is left of a document once it was written: lists in place of tuples."""
    return json.loads(json.dumps(document))
