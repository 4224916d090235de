"""The clips of a synthetic data set, named as NTU RGB+D names them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash

CAMERAS = (1, 2, 3)
REPLICATIONS = (1, 2)
CLASSES = 120
PERFORMERS = 106
NOVEL_ACTIONS = tuple(range(1, CLASSES + 1, 6))
"""A1, A7, ..., A115: what the one-shot protocols test on; A1 to A55 for NTU-60."""

EXEMPLAR_PERFORMER = 8
"""Every official one-shot exemplar shows performer 8, in setup 1 (A001 to A060) or 18 (A061 on)."""


@dataclass(frozen=True, order=True)
class Take:
    """One performance of an action, which all cameras record at the same time.

    Args:
        action: NTU's action number, 1 to 120.
        performer: Who performs, 1 to 106.
        replication: 1 or 2; which outer camera the performer faces.
    """

    action: int
    performer: int
    replication: int

    @property
    def setup(self) -> int:
        """The arrangement of the cameras, 1 to 17 for A001 to A060 and 18 to 32 from A061 on.

        Each performer has one setup in either half, and performer 8 the first, so that the
        official exemplars' file names occur.
        """
        first, count = (1, 17) if self.action <= 60 else (18, 15)
        return first + (EXEMPLAR_PERFORMER - self.performer) % count

    def clip_name(self, camera: int) -> str:
        """Name the recording of one camera.

        Args:
            camera: 1, 2 or 3.

        Returns:
            `SsssCcccPpppRrrrAaaa`.

        Example:
            >>> Take(action=61, performer=8, replication=1).clip_name(3)
            'S018C003P008R001A061'
        """
        return (
            f"S{self.setup:03d}C{camera:03d}P{self.performer:03d}"
            f"R{self.replication:03d}A{self.action:03d}"
        )

    def partner(self, seed: int) -> int:
        """Name the other person of a two-person action.

        Args:
            seed: The data set's.

        Returns:
            Another performer's number; the same for every action of this performer's setup.
        """
        others = (number for number in range(1, PERFORMERS + 1) if number != self.performer)
        return shuffled_by_hash(others, "partner", seed, self.performer, self.setup)[0]


@dataclass(frozen=True)
class SynthesisPlan:
    """All takes of a data set.

    Args:
        actions: NTU's action numbers, rising.
        performers: Numbers of the performers, rising.
        cameras: Numbers of the cameras.
        replications: Numbers of the replications.
        video_actions: Actions whose clips come with a video.

    Raises:
        SkelshotError: A number is out of NTU's range, or there is nothing to write.
    """

    actions: tuple[int, ...]
    performers: tuple[int, ...]
    cameras: tuple[int, ...] = CAMERAS
    replications: tuple[int, ...] = REPLICATIONS
    video_actions: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check the ranges."""
        for field, top in (
            ("actions", CLASSES),
            ("performers", PERFORMERS),
            ("cameras", CAMERAS[-1]),
            ("replications", REPLICATIONS[-1]),
            ("video_actions", CLASSES),
        ):
            numbers: tuple[int, ...] = getattr(self, field)
            wrong = [number for number in numbers if not 1 <= number <= top]
            if wrong or (not numbers and field != "video_actions"):
                found = wrong[0] if wrong else "none"
                raise SkelshotError(f"{field}: found {found}, expected numbers from 1 to {top}")

    def takes(self) -> Iterator[Take]:
        """List the takes, action by action within each performer, so that a part is balanced."""
        for performer in self.performers:
            for replication in self.replications:
                for action in self.actions:
                    yield Take(action, performer, replication)

    def has_video(self, take: Take) -> bool:
        """Tell whether a take is filmed.

        Args:
            take: One of `takes`.

        Returns:
            Whether its clips come with a video.
        """
        return take.action in self.video_actions

    @property
    def clips(self) -> int:
        """Number of clips."""
        each = len(self.cameras) * len(self.replications) * len(self.performers)
        return each * len(self.actions)

    @property
    def videos(self) -> int:
        """Number of clips with a video."""
        filmed = len(set(self.actions) & set(self.video_actions))
        return filmed * self.clips // len(self.actions)


def performers_of(count: int) -> tuple[int, ...]:
    """Choose performers so that the official exemplars are always among the clips.

    Args:
        count: How many, 1 to 106.

    Returns:
        1 to `count`; performer 8 takes the last place when there are fewer than eight.

    Raises:
        SkelshotError: `count` is out of range.

    Example:
        >>> performers_of(3)
        (1, 2, 8)
    """
    if not 1 <= count <= PERFORMERS:
        raise SkelshotError(f"performers: found {count}, expected 1 to {PERFORMERS}")
    if count >= EXEMPLAR_PERFORMER:
        return tuple(range(1, count + 1))
    return (*range(1, count), EXEMPLAR_PERFORMER)


def actions_of(words: Sequence[str], most: int = CLASSES) -> tuple[int, ...]:
    """Read which classes are asked for.

    Args:
        words: A single number N for classes 1 to N, or ranges and numbers such as `1-60`, `A7`
            (two or more words, or a range).
        most: The last action that there is.

    Returns:
        Action numbers, rising.

    Raises:
        SkelshotError: A word is no number or range, or out of 1 to `most`.

    Example:
        >>> actions_of(["3"]), actions_of(["2-4", "A120"])
        ((1, 2, 3), (2, 3, 4, 120))
    """
    if len(words) == 1 and words[0].isdigit():
        return tuple(_range(words[0], 1, words[0], most))
    numbers: set[int] = set()
    for word in words:
        first, dash, last = word.upper().replace("A", "").partition("-")
        numbers.update(_range(word, first, last if dash else first, most))
    return tuple(sorted(numbers))


def _range(word: str, first: object, last: object, most: int) -> Iterable[int]:
    low, high = (int(text) if text.isdigit() else 0 for text in (str(first), str(last)))
    if not 1 <= low <= high <= most:
        raise SkelshotError(
            f"classes: found {word!r}, expected numbers or ranges within 1 to {most}, such "
            "as 60, or 1-60 A114"
        )
    return range(low, high + 1)
