"""Bodies that do not look like bodies: what `prepare` suspects, clip by clip and of all."""

from collections.abc import Iterator
from typing import ClassVar

from skelshot.datasets.body_advice import option_for
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion
from skelshot.skeletons.body_problem import BodyProblem, ProblemKind


class BodySuspect(Suspect):
    """Looks for some of the problems that `skelshot.skeletons.body_check` finds.

    What a single clip does not show may show in all together: heads behind necks, or people who
    stand along z.

    Attributes:
        problems: The kinds of problems.
    """

    problems: ClassVar[tuple[ProblemKind, ...]]

    def __init__(self) -> None:
        self._shown = False

    def of_clip(self, clip: CheckedClip) -> Iterator[Suspicion]:
        """Look at one clip's bodies."""
        for problem in filter(self.takes, clip.problems):
            self._shown = True
            yield self._told(problem, clip.name, clip.label, clip.reading)

    def of_all(self, clips: NotedClips) -> Iterator[Suspicion]:
        """Look at the bodies of all, unless single ones have shown it."""
        for problem in () if self._shown else filter(self.takes, clips.problems):
            yield self._told(problem, None, None, clips.reading)

    def takes(self, problem: BodyProblem) -> bool:
        """Tell whether a problem is of this kind.

        Args:
            problem: The problem.

        Returns:
            Whether it is.
        """
        return problem.kind in self.problems

    def _told(
        self, problem: BodyProblem, clip: str | None, label: str | None, reading: ReadingOptions
    ) -> Suspicion:
        option = option_for(problem, reading)
        advice = f"{problem.advice}{f', or say {option}' if option else ''}"
        if problem.kind == "units" and "units" in reading.changed():
            advice = f"say another than --units {reading.units}, or leave it out"
        return Suspicion(self.kind, clip, problem.found, problem.expected, advice, label)


class UpsideDown(BodySuspect):
    """Looks for people who stand upside down, or along another axis than y."""

    kind = "upside-down"
    about = "people who do not stand upright"
    problems = ("upright",)


class Mirrored(BodySuspect):
    """Looks for left and right that are exchanged: toes, noses or heads that point backwards."""

    kind = "mirrored"
    about = "left and right exchanged"
    problems = ("mirrored",)


class WrongUnits(BodySuspect):
    """Looks for bodies that are too large or too small for people in metres."""

    kind = "units"
    about = "another unit than metres"
    problems = ("units",)

    def takes(self, problem: BodyProblem) -> bool:
        """Leave pixels to `WrongPixels`."""
        return super().takes(problem) and not _of_picture(problem)


class WrongPixels(BodySuspect):
    """Looks for pixels, shares of a picture or scores in the place of metres."""

    kind = "pixels"
    about = "coordinates of a picture, or a score, in the place of metres"
    problems = ("units", "score", "flat", "normalised")

    def takes(self, problem: BodyProblem) -> bool:
        """Leave other units to `WrongUnits`."""
        return super().takes(problem) and (problem.kind != "units" or _of_picture(problem))


class WrongLayout(BodySuspect):
    """Looks for joints in another order than the layout's: bones and trunks that cannot be."""

    kind = "layout"
    about = "joints in another order than the layout's"
    problems = ("layout", "axes")


def _of_picture(problem: BodyProblem) -> bool:
    return "pixels" in problem.found
