"""The words of motion programs."""

BODY_ANCHORS = frozenset(
    {
        *("crown", "forehead", "eyes", "nose", "mouth", "chin", "ear", "cheek", "neck", "nape"),
        *("shoulder", "upper-arm", "elbow", "wrist", "chest", "belly", "upper-back", "lower-back"),
        *("hip", "pocket", "thigh", "knee", "shin", "foot"),
    }
)
"""Anchors on the skin of a body."""

FREE_ANCHORS = frozenset({"centre", "side", "overhead", "ahead"})
"""Anchors in the air about a body."""

HAND_ANCHORS = frozenset({"main hand", "other hand", "both hands"})
"""Hands as places; `both hands` is the middle between them."""

ROOM_ANCHORS = frozenset({"floor", "table", "seat"})
"""Anchors that stand still; they count from a person's starting place and heading."""

ANCHORS = BODY_ANCHORS | FREE_ANCHORS | HAND_ANCHORS | ROOM_ANCHORS

FINGERS = ("open", "closed", "point", "thumb up", "thumb down", "relaxed")
PALMS = ("along", "up", "down", "front", "in", "out")
GAZES = ("ahead", "floor")

_SIDED = ("hand", "elbow", "fingers", "palm", "foot")
_PLURALS = {"hands": "hand", "elbows": "elbow", "palms": "palm", "feet": "foot"}
_PLURALS |= {"fingers": "fingers"}

CHANNELS = (
    *(f"{side} {part}" for part in _SIDED for side in ("main", "other")),
    *("pelvis", "trunk", "head", "shoulders", "gaze", "turn", "walk", "jump"),
)
"""All channels, with `both ...` taken apart."""


def channels_named(name: str) -> tuple[str, ...]:
    """Take a channel's name apart.

    Args:
        name: For example `head` or `both hands`.

    Returns:
        The one or two channels meant; none if there is no such channel.

    Example:
        >>> channels_named("both feet")
        ('main foot', 'other foot')
    """
    if name in CHANNELS:
        return (name,)
    side, _, plural = name.partition(" ")
    if side == "both" and plural in _PLURALS:
        return (f"main {_PLURALS[plural]}", f"other {_PLURALS[plural]}")
    return ()
