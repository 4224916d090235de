"""Substitutes for a joint that a layout lacks: a table of other joints, by plain names."""

Recipes = tuple[tuple[str, ...], ...]

_HIPS = ("left hip", "right hip")
_SHOULDERS = ("left shoulder", "right shoulder")
_EARS = ("left ear", "right ear")

_TRUNKS = (
    ("spine base", "spine mid", "spine shoulder"),
    ("hip centre", "spine", "shoulder centre"),
    ("pelvis", "spine", "thorax"),
    ("pelvis", "spine 2", "neck"),
)
"""Joints at the lower end, in the middle and at the upper end of a spine."""


def _same_point(names: tuple[str, ...], otherwise: Recipes) -> dict[str, Recipes]:
    """Let each of several names of one point stand for the others."""
    return {name: (*((other,) for other in names if other != name), *otherwise) for name in names}


def _along_spine(lower: int, middle: int, upper: int) -> Recipes:
    """Average the three joints of a trunk, each so many times; hips and shoulders are its ends."""
    trunks = ((base,) * lower + (mid,) * middle + (top,) * upper for base, mid, top in _TRUNKS)
    ends = _HIPS * (2 * lower + middle) + _SHOULDERS * (middle + 2 * upper)
    return (*trunks, ends)


_MIDLINE: dict[str, Recipes] = {
    **_same_point(("spine base", "hip centre", "pelvis", "mid hip"), (_HIPS,)),
    **_same_point(
        ("spine mid", "spine", "torso", "spine 2"),
        (("spine navel", "spine chest"), (*_HIPS, *_SHOULDERS)),
    ),
    **_same_point(("spine shoulder", "shoulder centre", "thorax"), (_SHOULDERS,)),
    "neck": (("shoulder centre",), ("thorax",), _SHOULDERS),
    "spine 1": (("pelvis", "spine navel", "spine navel"), *_along_spine(1, 1, 0)),
    "spine navel": (("spine 1", "spine 2"), *_along_spine(1, 2, 0)),
    "spine 3": (("spine chest",), *_along_spine(0, 3, 1)),
    "spine chest": (("spine 3",), *_along_spine(0, 2, 1)),
    "head": (_EARS, ("nose",)),
    "nose": (("head",),),
}

_ONE_SIDE: dict[str, Recipes] = {
    "wrist": (("hand",),),
    "hand": (("wrist", "index", "pinky"), ("wrist",)),
    "hand tip": (("index", "pinky"),),
    "index": (("hand tip",), ("hand",)),
    "ankle": (("foot",),),
    "foot": (("ankle", "foot index"), ("ankle", "big toe"), ("ankle",)),
    "foot index": (("big toe",), ("foot",)),
    "big toe": (("foot index",), ("foot",)),
    "small toe": (("big toe",), ("foot index",), ("foot",)),
}


def _clavicle(side: str) -> Recipes:
    """Average the joint between the shoulders and the shoulder."""
    tops = ("spine shoulder", "shoulder centre", "thorax", "neck")
    other = "right" if side == "left" else "left"
    shoulders = (*[f"{side} shoulder"] * 3, f"{other} shoulder")
    return (*((top, f"{side} shoulder") for top in tops), shoulders)


RECIPES: dict[str, Recipes] = (
    _MIDLINE
    | {
        f"{side} {joint}": tuple(tuple(f"{side} {name}" for name in names) for names in recipes)
        for side in ("left", "right")
        for joint, recipes in _ONE_SIDE.items()
    }
    | {f"{side} clavicle": _clavicle(side) for side in ("left", "right")}
)
"""For each target joint the groups of source joints to average, best first; a name that stands in
a group several times weighs so much more."""
