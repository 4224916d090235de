"""The layout of a folder of `.npz` clips: told by the files, or chosen by their joints."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from skelshot.datasets.clip_arrays import ARRAYS, AXES
from skelshot.datasets.clips import BadClip
from skelshot.datasets.field_values import described, numbers_of, text_of
from skelshot.datasets.layout_choice import (
    SAMPLE,
    ImplausibleBodiesError,
    LayoutChoice,
    choose_layout,
    number_of_joints,
)
from skelshot.datasets.npz_files import arrays_in, read_clip_file
from skelshot.datasets.readers import Source
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.ground import SkelshotError
from skelshot.ground.json_text import parse_json
from skelshot.skeletons.layouts import SkeletonLayout, layout_from, layout_named

LONGEST_DEFINITION = 1_000_000
"""The most characters of a layout's definition within a clip."""

ENOUGH_BYTES = 128 << 20
"""Once the arrays of the first clips take more than this, no more are looked at."""

LAYOUT_FIELDS = ("layout", "layout_definition")
"""The fields of a clip's file that tell its layout."""


def choose_npz_layout(
    raw: Path, sources: list[Source], asked: SkeletonLayout | None, reading: ReadingOptions
) -> LayoutChoice:
    """Choose the layout that is asked for, that the files tell, or that their joints look like.

    Args:
        raw: The folder, for error messages.
        sources: The clips' files; the first that can be read are looked at.
        asked: The layout that the user names.
        reading: How arrays become clips.

    Returns:
        The layout, and how it was come by.

    Raises:
        SkelshotError: No clip can be read, none has a known layout, or all together show what is
            wrong with their bodies.
    """
    clips: list[dict[str, NDArray[Any]]] = []
    told: list[SkeletonLayout] = []
    complaint = ""
    for source in sources:
        try:
            fields = read_clip_file(source.path, (*LAYOUT_FIELDS, *ARRAYS))
            layout = asked or _told_layout(fields)
            if "joints" not in fields:
                raise no_joints(source.path)
            numbers_of(fields["joints"], "joints")
            clips.append(fields)
            told += [layout] if layout else []
        except SkelshotError as error:
            complaint = complaint or f"{source.name}: {error}"
        held = sum(array.nbytes for each in clips for array in each.values())
        if len(clips) == SAMPLE or held > ENOUGH_BYTES:
            break
    try:
        choice = choose_layout(clips, asked or _told_by_most(told, clips), reading)
    except ImplausibleBodiesError as error:
        raise SkelshotError(f"{raw}: {error}") from error
    except SkelshotError as error:
        choice, complaint = None, complaint or f"{sources[0].name}: {error}"
    if choice is None:
        problem = "no clip has a known layout" if clips else "no clip can be read"
        raise SkelshotError(f"{raw}: {problem}; the first: {complaint}")
    return choice


def check_told_layout(fields: dict[str, NDArray[Any]], expected: SkeletonLayout) -> None:
    """Refuse a file that defines or names another layout than the one it is read in.

    Args:
        fields: The arrays of the file, by name.
        expected: The layout that it is read in.

    Raises:
        BadClip: It tells another.
    """
    if "layout" not in fields and "layout_definition" not in fields:
        return
    named = text_of(fields["layout"], "layout") if "layout" in fields else expected.name
    if "layout_definition" not in fields and named == expected.name:
        return  # a layout of one's own that --layout defines
    try:
        found = _told_layout(fields)
    except BadClip:
        raise
    except SkelshotError as error:
        if "layout_definition" in fields:
            raise BadClip(str(error)) from error
        found = None
    if found != expected:
        raise BadClip(
            f"layout: found {named!r}, expected {expected.name!r} as elsewhere or in --layout; "
            "mend the file, or put clips of each layout into a folder of their own"
        )


def no_joints(path: Path) -> BadClip:
    """Say what stands in a file in the place of joints.

    Args:
        path: The file.

    Returns:
        The complaint, to raise.

    Raises:
        BadClip: It cannot be read at all.
    """
    found = arrays_in(path)
    hint = f"expected joints {AXES}, or for one person without the first axis"
    if found.startswith("arr_0 "):
        hint += "; arr_0 is what numpy.savez writes without a name: write joints=... instead"
    if "x_train " in found or "x_test " in found:
        hint += (
            "; this is a file of the public CTR-GCN code, in which the names of clips, persons "
            "and subjects are lost: read the raw .skeleton files with 'skelshot prepare ntu'"
        )
    return BadClip(f"joints: missing, found only {found}; {hint}")


def _told_by_most(
    told: list[SkeletonLayout], clips: list[dict[str, NDArray[Any]]]
) -> SkeletonLayout | None:
    """Return a layout that files tell, unless most are silent and have other joints."""
    joints = number_of_joints(clips)
    fitting = [layout for layout in told if layout.num_joints == joints]
    return next(iter(fitting or (told if len(told) == len(clips) else [])), None)


def _told_layout(fields: dict[str, NDArray[Any]]) -> SkeletonLayout | None:
    """Return the layout that a file defines or names."""
    if "layout_definition" in fields:
        text = text_of(fields["layout_definition"], "layout_definition", LONGEST_DEFINITION)
        try:
            definition = parse_json(text, "layout_definition")
        except SkelshotError as error:
            raise BadClip(str(error)) from error
        if not isinstance(definition, dict):  # a text would name a file, or another layout
            raise BadClip(
                f"layout_definition: found {described(definition)}, expected a layout's fields"
            )
        return layout_from(definition)
    return layout_named(text_of(fields["layout"], "layout")) if "layout" in fields else None
