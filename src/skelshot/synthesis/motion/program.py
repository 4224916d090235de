"""Motion programs as files and as checked objects; `docs/motion-programs.md` is the language."""

from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.yaml_text import parse_yaml
from skelshot.synthesis.motion.goals import Goal, Place, Walk
from skelshot.synthesis.motion.program_fields import Channels, PlaceField, Seconds, Shakes, Speed
from skelshot.synthesis.motion.vocabulary import ANCHORS


class Step(Options):
    """One movement, or a repetition of several; fields as the language tells them."""

    take: Seconds = 0.0
    hold: Seconds = 0.0
    channels: Channels = Field(default_factory=dict)
    shake: Shakes = Field(default_factory=dict)
    put: dict[str, PlaceField] = Field(default_factory=dict)
    fly: dict[str, Speed] = Field(default_factory=dict)
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    repeat: tuple[int, int] | None = None
    do: tuple["Step", ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """Gather the channels, which stand beside the step's own keys."""
        if not isinstance(data, dict):
            raise ValueError(f"found {data!r}, expected a step in braces")
        own = {key: value for key, value in data.items() if key in cls.model_fields}
        own["channels"] = {key: value for key, value in data.items() if key not in own}
        for key in ("hide", "show"):
            if isinstance(own.get(key), str):
                own[key] = [own[key]]
        if isinstance(own.get("repeat"), int):
            own["repeat"] = [own["repeat"]] * 2
        return own

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.repeat is None) != (not self.do):
            raise ValueError("repeat: expected together with do, and do with repeat")
        if self.repeat is not None:
            low, high = self.repeat
            if not 1 <= low <= high <= 40:
                raise ValueError(f"repeat: found [{low}, {high}], expected 1 to 40, low first")
            if self.take or self.hold or self.channels or self.shake or self.put or self.fly:
                raise ValueError("repeat: expected nothing beside repeat and do in this step")
        walk, jump = self.channels.get("walk"), self.channels.get("jump")
        if jump is not None and not self.take:
            raise ValueError("take: found 0 with jump, expected the seconds of the jump")
        if walk is not None and not self.take:
            raise ValueError("take: found 0 with walk, expected the seconds of the walk")
        return self


class Thing(Options):
    """An object at the start."""

    at: PlaceField
    kind: str | None = None


class Role(Options):
    """The part of one person in a program: goals at the start, and steps."""

    start: Channels = Field(default_factory=dict)
    do: tuple[Step, ...] = ()
    ways: tuple[tuple[Step, ...], ...] = ()
    after: Literal["rest", "stay"] = "rest"

    @property
    def all_ways(self) -> tuple[tuple[Step, ...], ...]:
        """The lists of steps to choose from; an idle partner has one empty list."""
        return self.ways or (self.do,)

    @model_validator(mode="after")
    def _check_role(self) -> Self:
        if self.do and self.ways:
            raise ValueError("do: found beside ways, expected one of the two")
        if self.ways and len(self.ways) < 2:
            raise ValueError("ways: found one list of steps, expected two or more (or do)")
        if {"walk", "jump"} & set(self.start):
            raise ValueError("start: found walk or jump, expected them in steps only")
        return self


class Program(Role):
    """A class of action: what one or two people do, with which things."""

    described: ClassVar[str] = "program"

    number: int = Field(ge=1, le=999)
    name: str
    objects: dict[str, Thing] = Field(default_factory=dict)
    furniture: dict[str, PlaceField] = Field(default_factory=dict)
    partner: Role | None = None
    apart: float = Field(default=1.2, gt=0.1, lt=10)
    facing: Literal["each other", "same way", "side by side"] = "each other"
    amplitude: float = Field(default=0.15, ge=0, le=1)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles of the one or two people."""
        return (self,) if self.partner is None else (self, self.partner)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if not (self.do or self.ways):
            raise ValueError("do: found no step, expected do or ways")
        for thing, at in [*((n, t.at) for n, t in self.objects.items()), *self.furniture.items()]:
            self._check_place(thing, at)
        for whose, role in zip(("", "partner: "), self.roles, strict=False):
            self._check_goals(f"{whose}start: ", role.start)
            for way, steps in enumerate(role.all_ways, 1):
                within = f"way {way} " if role.ways else ""
                for place, step in _numbered(steps, f"{whose}{within}"):
                    self._check_step(place, step)
        return self

    def _check_step(self, where: str, step: Step) -> None:
        self._check_goals(where, step.channels)
        for name, at in step.put.items():
            self._check_place(f"{where}put", at)
            self._check_object(where + "put", name)
        for key, names in (("fly", step.fly), ("hide", step.hide), ("show", step.show)):
            for name in names:
                self._check_object(where + key, name)

    def _check_goals(self, where: str, goals: dict[str, Goal]) -> None:
        for channel, goal in goals.items():
            if isinstance(goal, Place) and goal.anchor != "rest":
                self._check_place(where + channel, goal)
            elif isinstance(goal, Walk) and goal.to_partner is not None and self.partner is None:
                raise ValueError(f"{where}{channel}: found a partner, expected none in this class")

    def _check_place(self, where: str, place: Place) -> None:
        if place.partner and self.partner is None:
            raise ValueError(f"{where}: found a partner, expected none in this class")
        things = (*self.objects, *self.furniture)
        if place.anchor in ANCHORS or (place.anchor in things and not place.partner):
            return
        raise ValueError(f"{where}: found {place.anchor!r}, expected an anchor or an object's name")

    def _check_object(self, where: str, name: str) -> None:
        if name not in self.objects:
            known = ", ".join(self.objects) or "none"
            raise ValueError(f"{where}: found {name!r}, expected an object's name ({known})")


def read_programs(text: str, file: str) -> dict[int, Program]:
    """Read one file of programs.

    Args:
        text: YAML: programs keyed by class number.
        file: Its name, for messages.

    Returns:
        The programs by number.

    Raises:
        SkelshotError: Something is not in the language; the message names file, class, step
            and field.

    Example:
        >>> read_programs("7: {name: wave, do: [{take: 1, main hand: overhead}]}", "x")[7].name
        'wave'
    """
    document = parse_yaml(text, file)
    if not isinstance(document, dict):
        raise SkelshotError(f"{file}: found no mapping, expected programs keyed by class number")
    programs: dict[int, Program] = {}
    for number, body in document.items():
        fields = dict(body) if isinstance(body, dict) else {}
        try:
            programs[int(number)] = Program.model_validate({**fields, "number": number})
        except SkelshotError as error:
            raise SkelshotError(f"{file}: class {number}{_in_words(str(error))}") from error
        except (TypeError, ValueError) as error:
            raise SkelshotError(f"{file}: class {number}: {error}") from error
    return programs


@cache
def load_programs() -> dict[int, Program]:
    """Load every program that is shipped.

    Returns:
        Programs by class number, in rising order.

    Raises:
        SkelshotError: A file is not in the language, or two files hold the same number.
    """
    programs: dict[int, Program] = {}
    home: dict[int, str] = {}
    folder = files("skelshot.synthesis.motion").joinpath("programs")
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".yaml"):
            continue
        for number, program in read_programs(entry.read_text("utf-8"), entry.name).items():
            if number in programs:
                raise SkelshotError(
                    f"{entry.name}: class {number}: found in {home[number]} too, expected once"
                )
            programs[number], home[number] = program, entry.name
    return dict(sorted(programs.items()))


def load_program(number: int) -> Program:
    """Load one class's program.

    Args:
        number: NTU's class number, from 1.

    Returns:
        The program.

    Raises:
        SkelshotError: There is none, or a file is not in the language.
    """
    programs = load_programs()
    if number not in programs:
        raise SkelshotError(
            f"class: found {number}, expected one of {', '.join(map(str, programs))}"
        )
    return programs[number]


def _numbered(steps: tuple[Step, ...], prefix: str) -> list[tuple[str, Step]]:
    found: list[tuple[str, Step]] = []
    for index, step in enumerate(steps, 1):
        found.append((f"{prefix}step {index}: ", step))
        found.extend(_numbered(step.do, f"{prefix}step {index}, "))
    return found


def _in_words(told: str) -> str:
    """Name the place of a fault as people count: `do.0.take` is `step 1 take`."""
    place, _, fault = told.removeprefix(Program.described).partition(": ")
    words: list[str] = []
    within = ""
    for key in place.removeprefix(", ").split("."):
        if key.isdigit():
            words.append(f"{within} {int(key) + 1}")
            within = "step"
        elif key in ("do", "ways"):
            within = "step" if key == "do" else "way"
        elif key and key != "channels":
            words.append(key)
    return f": {' '.join(words)}: {fault}" if words else f": {fault}"
