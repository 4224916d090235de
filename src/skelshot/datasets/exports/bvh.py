"""BVH, in which most motion capture travels: positions by forward kinematics."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import numpy as np
import yaml

from skelshot.datasets.clips import BadClip
from skelshot.datasets.exports.bvh_file import END, BvhJoint, parse_bvh
from skelshot.datasets.exports.reader import ExportReader
from skelshot.datasets.readers import Listing, Remarks, Source, list_raw
from skelshot.ground.documents import utf8_text
from skelshot.ground.printable import printable
from skelshot.ground.regular import read_regular
from skelshot.skeletons.layouts import KINECT_V1, SkeletonLayout

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

_AXES = np.array([-1, 1, -1])
"""Bodies that face +z turned by half a turn about the upright, so that they face the camera."""

_TIP = "tip of "


class BvhReader(ExportReader):
    """Reads `.bvh` files, one a clip, as the 20 joints of the first Kinect.

    Joints go by their names (those of CMU, Mixamo, Biovision and the like, see
    `names/bvh.yaml`); y is up. A file does not tell its unit: unless `units` is told, the one is
    taken in which its legs are nearest to a grown person's.

    Args:
        options: Options of reading; the defaults when None.
    """

    name: ClassVar[str] = "bvh"
    suffixes: ClassVar[tuple[str, ...]] = (".bvh",)

    @property
    def layout(self) -> SkeletonLayout:
        """The 20 joints of the first Kinect."""
        return KINECT_V1

    def listed(self, raw: Path | str) -> Listing:
        """List the files that end in `.bvh`."""
        return list_raw(raw, lambda name: name.lower().endswith(".bvh"), ".bvh files")

    def remarks(self) -> Remarks:
        """Return which files were passed over, and that units were guessed."""
        found = super().remarks()
        if "units" in self._options.model_fields_set:
            return found
        guessed = {"units": "by the length of the legs, file by file"}
        return Remarks(found.passed_over, guessed, unreadable=found.unreadable)

    def arrays_of(self, source: Source) -> Mapping[str, object]:
        """Read a file and place its joints."""
        text = utf8_text(read_regular(source.path, MAX_BYTES), source.path.name)
        file = parse_bvh(text)
        chosen = _chosen(file.joints)
        scale = 1.0
        if "units" not in self._options.model_fields_set:
            scale = _scale(file.joints, chosen)
        joints = file.positions()[:, chosen] * scale * _AXES
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


def _scale(joints: Sequence[BvhJoint], chosen: Sequence[int]) -> float:
    """Return the unit in which the left leg is nearest to a grown person's, in metres."""
    length, place = 0.0, chosen[KINECT_V1.index("left ankle")]
    while place not in (-1, chosen[KINECT_V1.index("left hip")]):
        length += float(np.linalg.norm(joints[place].offset))
        place = joints[place].parent
    if length <= 0:
        raise BadClip("found legs without length, expected offsets; or say --units")
    return min(SCALES.values(), key=lambda scale: abs(np.log(length * scale / LEG)))


@cache
def _names() -> dict[str, list[str]]:
    """Return the names of each of the layout's joints, in its order."""
    text = files("skelshot.datasets").joinpath("names/bvh.yaml").read_text("utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    return {joint: table[joint] for joint in KINECT_V1.joints}
