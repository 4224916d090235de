"""Actions that differ by side alone, such as raising the left arm against the right one.

Mirrored clips are good company for most actions, which either hand may perform. Where two classes
are each other's mirror images, a mirrored clip of one is a clip of the other: then training must
not mirror, and an evaluation must not average a clip with its mirror image.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import shuffled_by_hash
from skelshot.skeletons import InputSpec, encode_input
from skelshot.skeletons.inputs import AskedSides, Sides
from skelshot.skeletons.normalise import can_align_view
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.skeletons.transforms import mirror

CLIPS = 20
"""Clips of a class that are compared, at most."""

NEIGHBOURS = 5
"""Nearest clips that are asked for their class."""

AS_NEAR = 1.5
"""The most that mirrored clips may be away from the other class, in distances within a class.

Real pairs lie at 0.85 to 1.15; classes that merely have nothing nearer, at 9."""

_LEFT = re.compile(
    r"\b(?:l|lt|lhs|sol)\b|left|link|gauches?|izquierd|sinistr|esquerd|vänster|venstre|lew|лев"
    r"|左|ひだり|왼|(?:counter|anti)clock"
)
_RIGHT = re.compile(
    r"\b(?:r|rt|rhs|sağ)\b|right|recht|droite?s?|derech|destr|direit|höger|højre|høyre|praw|прав"
    r"|右|みぎ|오른|clock"
)
"""What means left or right in names. Endings and compounds (`leftwards`, `linkerarm`) are no
hindrance, and no word is a side by itself: a pair needs both names."""
_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class SidesDecision:
    """Decision whether sides matter, and how that was found.

    Args:
        sides: The answer.
        asked: What the caller or the store said.
        because: Why, in a few words.
        pairs: Names of the classes that are each other's mirror images.
        remark: What is amiss all the same, if anything is.
    """

    sides: Sides
    asked: AskedSides
    because: str
    pairs: tuple[tuple[str, str], ...] = ()
    remark: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the decision as a JSON document."""
        return {
            "sides": self.sides,
            "asked": self.asked,
            "because": self.because,
            "pairs": [list(pair) for pair in self.pairs],
            "remark": self.remark,
        }


def decide_sides(
    store: Store,
    asked: AskedSides,
    named: Sequence[int],
    clips: Mapping[int, Sequence[int]],
) -> SidesDecision:
    """Decide whether left and right are different actions.

    Args:
        store: The clips; what it says of sides holds unless the caller says otherwise.
        asked: What the caller says.
        named: Labels of the classes whose names may be read.
        clips: Clip indices by label: the only clips that are looked at.

    Returns:
        The decision. `auto` finds that sides matter when two names differ by side alone, or when
        mirrored clips of one class move like another class and the other way round.

    Raises:
        SkelshotError: Something else is asked for.
    """
    if asked not in get_args(AskedSides):
        raise SkelshotError(f"--sides: found {asked!r:.80}, expected auto, matter or ignore")
    told: AskedSides = store.document.sides if asked == "auto" else asked
    if told != "auto":
        where = "as asked for" if asked != "auto" else "as the store says"
        return SidesDecision(told, told, where)
    names = {label: store.class_names[label] for label in named}
    found = mirrored_names(names)
    because = "by their names"
    if not found:
        found, because = mirrored_motions(store, clips), "by their motion"
    if not found:
        return SidesDecision("ignore", "auto", _why_not(clips))
    pairs = tuple((store.class_names[a], store.class_names[b]) for a, b in found)
    return SidesDecision("matter", "auto", f"classes mirror each other {because}", pairs)


def sides_line(decision: Mapping[str, Any]) -> str:
    """Say in one line what was decided of sides.

    Args:
        decision: From `SidesDecision.as_json`.

    Returns:
        For example `sides ignored: no two classes are each other's mirror images`.
    """
    pairs = [f"{a!r} and {b!r}" for a, b in decision["pairs"][:3]]
    more = len(decision["pairs"]) - len(pairs)
    named = f" ({', '.join(pairs)}{f' and {more} more' if more else ''})" if pairs else ""
    what = "matter, nothing is mirrored" if decision["sides"] == "matter" else "ignored"
    remark = f"; but {decision['remark']}" if decision.get("remark") else ""
    return f"sides {what}: {decision['because']}{named}{remark}"


def mirrored_names(names: Mapping[int, str]) -> list[tuple[int, int]]:
    """Find classes whose names differ by left and right alone.

    Args:
        names: Names by label.

    Returns:
        Pairs of labels.

    Example:
        >>> mirrored_names({0: "raise left arm", 1: "bow", 2: "Raise_Right_Arm", 3: "kick (R)"})
        [(0, 2)]
    """
    sided = {label: _with_sides(name) for label, name in names.items()}
    exchange = str.maketrans("<>", "><")
    swapped = {label: name.translate(exchange) for label, name in sided.items()}
    return [(a, b) for a, b in combinations(sorted(names), 2) if sided[a] != sided[b] == swapped[a]]


def mirrored_motions(store: Store, clips: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """Find classes whose clips move like mirrored clips of each other.

    Clips are compared by how the first person's joints move. Classes A and B are a pair when both
    hold: among the nearest neighbours of mirrored clips of A, class B is found clearly more often
    than A, and more often than A and B are confused as they are, and the other way round
    (`clear_margin`); and mirrored clips of one lie about as near to the other as clips of one
    class lie to each other (`AS_NEAR`).

    Args:
        store: The clips.
        clips: Clip indices by label.

    Returns:
        Pairs of labels.
    """
    chosen = {label: _some_of(store, members) for label, members in sorted(clips.items())}
    chosen = {label: some for label, some in chosen.items() if clear_margin(len(some)) <= 1}
    if len(chosen) < 2:
        return []
    labels = np.array([label for label, some in chosen.items() for _ in some], np.int64)
    plain, twins = _motions(store, [index for some in chosen.values() for index in some])
    as_they_are, mirrored = (_Nearness.of(moves, plain, labels) for moves in (plain, twins))
    pairs = []
    for a, b in combinations(chosen, 2):
        exchanged = min(mirrored.share(a, b), mirrored.share(b, a))
        kept = max(mirrored.share(a, a), mirrored.share(b, b))
        confused = max(as_they_are.share(a, b), as_they_are.share(b, a))
        within = max(as_they_are.distance(a, a), as_they_are.distance(b, b))
        between = max(mirrored.distance(a, b), mirrored.distance(b, a))
        margin = clear_margin(min(len(chosen[a]), len(chosen[b])))
        if exchanged - max(kept, confused) >= margin and between <= AS_NEAR * within:
            pairs.append((a, b))
    return pairs


@dataclass(frozen=True, eq=False)
class _Nearness:
    """Nearest neighbours of clips.

    Args:
        labels: The class of each clip (n,).
        apart: Distances (n, n) from clips, as they are or mirrored, to clips as they are.
        nearest: Classes (n, k) of the nearest clips of each.
    """

    labels: NDArray[np.int64]
    apart: NDArray[np.float64]
    nearest: NDArray[np.int64]

    @classmethod
    def of(
        cls, moves: NDArray[np.float32], among: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> "_Nearness":
        apart = cdist(moves, among)
        np.fill_diagonal(apart, np.inf)  # a clip is not its own neighbour
        count = min(NEIGHBOURS, int(np.bincount(labels)[np.unique(labels)].min()) - 1)
        return cls(labels, apart, labels[apart.argsort(axis=1, kind="stable")[:, :count]])

    def share(self, of: int, met: int) -> float:
        """Return how often a class is found among the nearest of another's clips."""
        return float(np.mean(self.nearest[self.labels == of] == met))

    def distance(self, of: int, to: int) -> float:
        """Return how far a class's clips are from the nearest clip of another (median)."""
        block = self.apart[np.ix_(self.labels == of, self.labels == to)]
        return float(np.median(block.min(axis=1)))


def clear_margin(clips: int) -> float:
    """Return by how much the shares of `mirrored_motions` must differ to be no chance.

    Measured on random choices of 2 to 20 classes with 3 to 20 clips each: with `AS_NEAR`, no pair
    was found among NW-UCLA's actions and in 0.3 % of the choices from the synthetic NTU-60, which
    have no such pairs. Kinder-Gator's that are named so ("raise your hand", "raise your other
    hand") lie at 0.1 to 0.5 with 20 clips a class, and no other pair of its 58 actions does.

    Args:
        clips: Clips of the smaller class.

    Returns:
        A difference of shares; above 1 where there are too few clips to tell.

    Example:
        >>> clear_margin(20), clear_margin(5), clear_margin(2) > 1
        (0.2, 0.6, True)
    """
    return max(0.2, 3 / max(clips, 1))


def _why_not(clips: Mapping[int, Sequence[int]]) -> str:
    """Say that no classes mirror each other, and how many could not be compared."""
    few = sum(clear_margin(len(members)) > 1 for members in clips.values())
    if not few:
        return "no two classes are each other's mirror images"
    return (
        f"no two names are each other's mirror images, and {few} of {len(clips)} classes have too "
        "few clips to compare how they move"
    )


def _with_sides(name: str) -> str:
    """Write a name as words in small letters, with `<` for left and `>` for right."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFC", name))
    words = " ".join(_WORD.findall(spaced)).lower()
    return _RIGHT.sub(">", _LEFT.sub("<", words))


def _some_of(store: Store, members: Sequence[int]) -> list[int]:
    """Choose some clips of a class, the same ones whatever else the store holds."""
    by_name = {store.clips[int(index)].name: int(index) for index in members}
    return [by_name[name] for name in shuffled_by_hash(by_name, "sides")[:CLIPS]]


def _motions(
    store: Store, indices: Sequence[int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how the clips and their mirror images move, as unit vectors (n, D)."""
    layout = store.layout
    spec = InputSpec(
        layout=layout,
        frames=16,
        coordinates=store.channels,
        align="facing" if can_align_view(layout, store.channels) else "root",
        torso_scale=True,
    )
    encoded = [encode_input(_first_person(store.sequence(index)), spec) for index in indices]
    joints = np.stack(encoded)[..., 0].transpose(0, 2, 3, 1)  # (n, T, V, C)
    moves = joints - joints.mean(axis=1, keepdims=True)
    moves /= np.maximum(np.sqrt(np.square(moves).sum(axis=(1, 2, 3), keepdims=True)), 1e-6)
    return moves.reshape(len(moves), -1), mirror(moves, layout).reshape(len(moves), -1)


def _first_person(sequence: SkeletonSequence) -> SkeletonSequence:
    """Return a clip of the first person who is there at all."""
    return sequence.of_persons([int(sequence.present.any(axis=1).argmax())])
