"""Open families of parts: those that ship, and those that other packages register."""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from skelshot.ground.errors import SkelshotError
from skelshot.ground.printable import printable
from skelshot.ground.suggestions import did_you_mean

Part = TypeVar("Part")

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Family(Generic[Part]):
    """The parts of one kind, by the names that users type.

    A part is a class with a `name`. Other packages add theirs through an entry point whose name
    is the part's; they are looked for only where a name is asked for that does not ship, or
    where all are listed. A part from outside that does not work is told with its distribution
    and leaves all others as they are.

    Args:
        kind: What the parts are, as messages say: `encoder`.
        shipped: The classes that ship, in the order of listings.
        check: Returns what is wrong with a class from outside, or None.
        aliases: Further names of parts that ship.
        reserved: Words that no part from outside may have as its name.

    Example:
        >>> class Wave:
        ...     name = "wave"
        >>> family = Family("gesture", (Wave,), lambda part: None)
        >>> family.group, family.named("wave").name
        ('skelshot.gestures', 'wave')
    """

    kind: str
    shipped: tuple[type[Part], ...]
    check: Callable[[type], str | None]
    aliases: Mapping[str, str] = field(default_factory=dict)
    reserved: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The entry-point group in which other packages register parts."""
        plural = f"{self.kind[:-1]}ies" if self.kind.endswith("y") else f"{self.kind}s"
        return f"skelshot.{plural.replace(' ', '_').replace('-', '_')}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts, shipped ones first; those from outside are not imported."""
        return (*self._shipped, *sorted(self._registered.keys() - self._shipped.keys()))

    def named(self, name: str, option: str | None = None) -> type[Part]:
        """Find a part by its name.

        Args:
            name: As users type it; capitals, spaces and aliases find parts that ship.
            option: Where it was given, as the message begins; the kind unless told.

        Returns:
            Its class.

        Raises:
            SkelshotError: There is none, or the one from outside does not work.
        """
        spelt = "-".join(name.lower().replace("_", " ").split())  # as in papers: Fully Connected
        spelt = self.aliases.get(spelt, spelt)
        if spelt in self._shipped:
            return self._shipped[spelt]
        points = self._registered.get(name)
        if points is None:
            known = self.names
            raise SkelshotError(
                f"{option or self.kind}: found {printable(name)!r}, expected one of "
                f"{', '.join(known)}{did_you_mean(name, (*known, *self.aliases))}"
            )
        return self._load(name, points)

    def every(self) -> tuple[list[type[Part]], list[str]]:
        """Import all parts.

        Returns:
            The classes that work, and one line about each part from outside that does not.
        """
        parts, problems = list(self.shipped), []
        for name, points in sorted(self._registered.items()):
            try:
                parts.append(self._load(name, points))
            except SkelshotError as error:
                problems.append(str(error))
        return parts, problems

    def origin(self, name: str) -> str:
        """Name the maker of a part, to stand behind the part in a message.

        Args:
            name: The part's name.

        Returns:
            ` of the package NAME` for a part from outside, nothing for one that ships.
        """
        points = [] if self._is_own(name) else self._registered.get(name, [])
        return f" of {_distribution(points[0])}" if points else ""

    @contextmanager
    def telling(self, name: str) -> Iterator[None]:
        """Tell in one line what a part from outside raises while it is made or used.

        Args:
            name: The part's name; parts that ship raise as they are.

        Yields:
            Nothing.

        Raises:
            SkelshotError: The part raised something else; the message names its package.
        """
        try:
            yield
        except (SkelshotError, MemoryError):
            raise
        except Exception as error:  # whatever a stranger's class raises
            origin = self.origin(name)
            if not origin or getattr(error, "errno", None) in _FULL:  # of the machine, not theirs
                raise
            told = printable(str(error), 200)
            raise SkelshotError(
                f"{self.kind} {name}{origin}: {type(error).__name__}: {told}; mend or uninstall it"
            ) from error

    @cached_property
    def _shipped(self) -> dict[str, type[Part]]:
        return {part.name: part for part in self.shipped}  # type: ignore[attr-defined]

    def _is_own(self, name: str) -> bool:
        return name in self._shipped or name in self.reserved

    @property
    def _registered(self) -> dict[str, list[EntryPoint]]:
        """The entry points by name, in the order in which they are found."""
        found: dict[str, list[EntryPoint]] = {}
        for point in entry_points(group=self.group):
            found.setdefault(point.name, []).append(point)
        return found

    def _load(self, name: str, points: list[EntryPoint]) -> type[Part]:
        """Import a part from outside and look whether it keeps the contract."""
        makers = " and ".join(sorted({_distribution(point) for point in points}))
        place = f"{self.kind} {printable(name)!r} of {makers}"
        if self._is_own(name):
            raise SkelshotError(f"{place}: Skelshot has a part of that name; rename yours")
        if len(points) > 1:
            raise SkelshotError(
                f"{place}: registered {len(points)} times; uninstall all but one of them"
            )
        try:
            part = points[0].load()
        except Exception as error:  # whatever a stranger's module raises
            told = printable(str(error), 200)
            raise SkelshotError(
                f"{place}: cannot be imported ({type(error).__name__}: {told}); mend or uninstall "
                f"{makers}"
            ) from error
        problem = self._problem(part, name)
        if problem:
            raise SkelshotError(f"{place}: {problem}; mend or uninstall {makers}")
        return part  # type: ignore[no-any-return]

    def _problem(self, part: object, name: str) -> str | None:
        """Return what is wrong with a part from outside, or None."""
        if not isinstance(part, type):
            return f"found {type(part).__name__}, expected a class"
        if (own := getattr(part, "name", None)) != name:
            return f"found name = {own!r:.80} in the class, expected {name!r}"
        return self.check(part)


def _distribution(point: EntryPoint) -> str:
    return f"the package {point.dist.name}" if point.dist else "an unknown package"
