"""BVH, in which most motion capture travels: positions by forward kinematics."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import numpy as np
import yaml

from skelshot.datasets.clips import BadClip
from skelshot.datasets.exports.bvh_file import END, BvhJoint, parse_bvh, parse_skeleton
from skelshot.datasets.exports.reader import ExportReader
from skelshot.datasets.readers import Listing, Remarks, Source, list_raw
from skelshot.ground import SkelshotError
from skelshot.ground.documents import utf8_text
from skelshot.ground.printable import printable
from skelshot.ground.regular import open_regular, read_regular
from skelshot.skeletons.coordinate_axes import CoordinateAxes
from skelshot.skeletons.layouts import KINECT_V1, SkeletonLayout
from skelshot.skeletons.sequence import SkeletonSequence

MAX_BYTES = 256 << 20
"""The largest file that is read; ten minutes at 120 Hz have 60 MB."""

LEG = 0.82
"""Metres from hip to ankle of a grown person, thigh and shin together."""

SCALES = {
    "metres": 1.0,
    "centimetres": 0.01,
    "millimetres": 0.001,
    "inches": 0.0254,
    "inches / 0.45, as in CMU's": 0.0254 / 0.45,
}
"""Units that files count in, none of which say so."""

SHORTEST, LONGEST = 0.35, 1.05
"""Metres that legs have, of a child that walks and of the tallest people."""

_HEAD = 1 << 20
"""Bytes in which a skeleton is looked for; one of a thousand joints has some 0.2 MB."""

_HALF_TURN = np.array([-1, 1, -1], np.float32)
"""About the upright, so that bodies that face +z face the camera."""

_TIP = "tip of "


class BvhReader(ExportReader):
    """Reads `.bvh` files, one a clip, as the 20 joints of the first Kinect.

    Joints go by their names (those of CMU, Mixamo, Biovision and the like, see
    `names/bvh.yaml`); y is up, unless `axes` tells otherwise. A file does not tell its unit: unless
    `units` is told, the one is taken in which its legs are nearest to a grown person's, among
    those in which anybody has such legs.

    Args:
        options: Options of reading; the defaults when None.
    """

    name: ClassVar[str] = "bvh"
    suffixes: ClassVar[tuple[str, ...]] = (".bvh",)

    _guess = ""

    @property
    def layout(self) -> SkeletonLayout:
        """The 20 joints of the first Kinect."""
        return KINECT_V1

    def listed(self, raw: Path | str) -> Listing:
        """List the files that end in `.bvh`."""
        return list_raw(raw, lambda name: name.lower().endswith(".bvh"), ".bvh files")

    def options(self) -> dict[str, object]:
        """Return what changes the clips that are read; told metres are no guess."""
        reading, found = self._options.reading, super().options()
        if "units" in reading.model_fields_set:
            found["units"] = reading.units
        if CoordinateAxes.named(reading.axes).places[1] != 1:
            found["half_turn"] = "after axes"  # stores are about in which it came before them
        return found

    def remarks(self) -> Remarks:
        """Return which files were passed over, what looks odd, and which units were guessed."""
        found = super().remarks()
        guessed = {**found.guessed, "units": self._guess} if self._guess else found.guessed
        return replace(found, guessed=guessed)

    def sources(self, raw: Path | str) -> list[Source]:
        """List the clips, and guess the unit of each unless it is told."""
        found = super().sources(raw)
        if "units" not in self._options.model_fields_set:
            self._guess = _guess_of(found)
        return found

    def turned(self, sequence: SkeletonSequence) -> SkeletonSequence:
        """Turn who faces +z to the camera."""
        return replace(sequence, joints=sequence.joints * _HALF_TURN)

    def arrays_of(self, source: Source) -> Mapping[str, object]:
        """Read a file and place its joints."""
        file = parse_bvh(_text_of(source))
        chosen = _chosen(file.joints)
        scale = 1.0
        if "units" not in self._options.model_fields_set:
            scale = SCALES[_unit(file.joints, chosen)]
        joints = file.positions()[:, chosen] * scale
        return {"joints": joints[np.newaxis].astype(np.float32), "rate": np.array(1 / file.seconds)}


def _chosen(joints: Sequence[BvhJoint]) -> list[int]:
    """Find the layout's joints among the file's."""
    places: dict[str, int] = {}
    for place, joint in enumerate(joints):
        name = joint.name
        if name != END:
            places.setdefault(re.sub(r"[\W_]", "", name.rpartition(":")[2].lower()), place)
        elif joint.parent >= 0:
            parent = joints[joint.parent].name.rpartition(":")[2].lower()
            places.setdefault(_TIP + re.sub(r"[\W_]", "", parent), place)
    found = []
    for wanted, names in _names().items():
        there = [places[name] for name in names if name in places]
        if not there:
            has = ", ".join(joint.name for joint in joints[:8])
            raise BadClip(
                f"found no joint that is the {wanted}, expected one of {', '.join(names)}; the "
                f"file has {printable(has, 200)}"
            )
        found.append(there[0])
    return found


def _guess_of(sources: Sequence[Source]) -> str:
    """Say which units were guessed for how many files, and how."""
    units: Counter[str] = Counter()
    for source in sources:
        with suppress(SkelshotError, OSError):  # reading it will say the same
            with open_regular(source.path) as opened:
                joints = parse_skeleton(opened.read(_HEAD).decode("utf-8-sig", "replace"))
            units[_unit(joints, _chosen(joints))] += 1
    total = sum(units.values())
    counts = [f"{unit} in {count} of {total} files" for unit, count in units.most_common()]
    return "; ".join(
        [
            *counts,
            f"nearest to a left leg of {LEG} m, of units that make it {SHORTEST} to {LONGEST}",
        ]
    )


def _text_of(source: Source) -> str:
    return utf8_text(read_regular(source.path, MAX_BYTES), source.path.name)


def _unit(joints: Sequence[BvhJoint], chosen: Sequence[int]) -> str:
    """Return the unit in which the left leg is nearest to a grown person's, or is a leg at all."""
    length, place = 0.0, chosen[KINECT_V1.index("left ankle")]
    while place not in (-1, chosen[KINECT_V1.index("left hip")]):
        length += float(np.linalg.norm(joints[place].offset))
        place = joints[place].parent
    if length <= 0:
        raise BadClip("found legs without length, expected offsets; or say --units")
    legs = {unit: length * scale for unit, scale in SCALES.items()}
    likely = {unit: leg for unit, leg in legs.items() if SHORTEST <= leg <= LONGEST} or legs
    return min(likely, key=lambda unit: abs(np.log(likely[unit] / LEG)))


@cache
def _names() -> dict[str, list[str]]:
    """Return the names of each of the layout's joints, in its order."""
    text = files("skelshot.datasets").joinpath("names/bvh.yaml").read_text("utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    return {joint: table[joint] for joint in KINECT_V1.joints}
