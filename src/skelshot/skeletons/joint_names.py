"""The spellings of joint names: `LShoulder`, `SHOULDER_LEFT` and `left shoulder` are one joint."""

import re
from collections.abc import Iterable

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")
_SIDES = {"l": "left", "lt": "left", "left": "left", "r": "right", "rt": "right", "right": "right"}
_WORD = {"center": "centre", "collar": "clavicle"}
_MIDLINE = {"hip": "mid hip", "hips": "mid hip", "root": "pelvis"}
_LIMBS = {
    word.replace(" ", ""): word
    for word in (
        *(
            "eye",
            "ear",
            "shoulder",
            "clavicle",
            "collar",
            "elbow",
            "wrist",
            "hand",
            "hand tip",
            "thumb",
        ),
        *("hip", "knee", "ankle", "foot", "heel", "big toe", "small toe"),
    )
}


def plain_name(joint: str) -> str:
    """Spell a joint name as the shipped layouts do: lower case, spaces, the side in front.

    Args:
        joint: In any of the usual spellings.

    Returns:
        The plain name; a name that says no side stays without.

    Example:
        >>> [plain_name(name) for name in ("LShoulder", "SHOULDER_LEFT", "lbigtoe", "Mid-Hip")]
        ['left shoulder', 'left shoulder', 'left big toe', 'mid hip']
    """
    words = [word.lower() for word in _WORDS.findall(joint)]
    if len(words) == 1:
        words = _unglued(words[0])
    words = [_WORD.get(word, word) for word in words]
    sides = [word for word in words if word in _SIDES]
    if len(sides) != 1:
        return _MIDLINE.get(" ".join(words), " ".join(words))
    rest = [word for word in words if word not in _SIDES]
    return f"{_SIDES[sides[0]]} {_LIMBS.get(''.join(rest), ' '.join(rest))}"


def side_pairs(joints: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pair the names that differ by left and right alone.

    Args:
        joints: The names of a skeleton.

    Returns:
        (left, right) names in the order of the left ones.

    Example:
        >>> side_pairs(["spine", "hip_r", "hip_l", "knee_l"])
        (('hip_l', 'hip_r'),)
    """
    by_plain = {plain_name(joint): joint for joint in joints}
    return tuple(
        (joint, by_plain[other])
        for plain, joint in by_plain.items()
        if plain.startswith("left ") and (other := plain.replace("left", "right", 1)) in by_plain
    )


def _unglued(word: str) -> list[str]:
    """Part a side from the limb that is written together with it, as in `lhip` and `leftknee`."""
    for side in ("left", "right", "l", "r"):
        if word.startswith(side) and word.removeprefix(side) in _LIMBS:
            return [side, word.removeprefix(side)]
    return [word]
