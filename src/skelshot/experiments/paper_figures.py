"""Figures of the paper by number: heatmaps of methods (3 and 4), and failure cases (5)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from skelshot.datasets.store import Store
from skelshot.experiments.run_page import gather
from skelshot.explain.pictures.clip_figure import draw_explained
from skelshot.explain.pictures.clip_grid import Explained, draw_grid
from skelshot.explain.pictures.confused_pairs import (
    Pair,
    confused_pairs,
    confusion_counts,
    paper_pairs,
)
from skelshot.explain.pictures.failures import draw_failures
from skelshot.explain.pictures.film import Film, film_of
from skelshot.explain.pictures.saved_maps import map_file, saved_map
from skelshot.ground import SkelshotError
from skelshot.rendering.charts import draw_confusion
from skelshot.rendering.theme import FORMS
from skelshot.runs import Run
from skelshot.videos.decode import VideoFile
from skelshot.videos.video_folder import VideoFolder

CONFUSION = "figure-5-confusion"
"""The name of the confusion matrix's files, without their endings."""


def new_files(out: Path, names: Sequence[str], forms: Sequence[str] = FORMS) -> list[Path]:
    """Name the files of a figure, and make their folder.

    Args:
        out: The folder.
        names: Names without endings.
        forms: Endings, of `FORMS`.

    Returns:
        The files, a name after the other.

    Raises:
        SkelshotError: One of them is there already, or the folder is none.
    """
    if out.exists() and not out.is_dir():
        raise SkelshotError(f"--out {out}: found a file, expected a folder")
    files = [out / f"{name}.{form}" for name in names for form in forms]
    for file in files:
        if file.exists():
            raise SkelshotError(
                f"{file}: found a file, expected none; delete it, or name another --out"
            )
    out.mkdir(parents=True, exist_ok=True)
    return files


def failure_figure(
    store: Store,
    run: Run,
    out: Path,
    *,
    result: Path | None = None,
    queries: Path | None = None,
    shots: int | None = None,
    most: int = 3,
    named: Sequence[Pair] | None = None,
    moments: int = 4,
    forms: Sequence[str] = FORMS,
) -> dict[str, Any]:
    """Draw Figure 5: the pairs of classes that a run confuses, and its whole confusion matrix.

    Args:
        store: The clips.
        run: The run.
        out: The folder for the files.
        result: A result of the run; all unless told.
        queries: A table of queries; the one that a result names unless told.
        shots: Queries with so many exemplars a class; the fewest unless told.
        most: How many of the most confused pairs.
        named: Pairs that are shown before them; those that the paper names, where a task offers
            both classes, unless told.
        moments: How many moments of each clip.
        forms: Endings of the files, of `FORMS`.

    Returns:
        The document: `figure`, `files`, `shots`, and `pairs` with their counts.

    Raises:
        SkelshotError: There is no table of queries, a class is not in it, no query was confused, a
            file is there already, or as for `gather`.
    """
    table = gather(run, result, queries, store).queries
    if table is None:
        raise SkelshotError(
            f"{run.path}: found no table of queries; write one with skelshot evaluate {store.path} "
            f"--protocol PROTOCOL --run {run.path} --queries queries.parquet, then name --queries"
        )
    chosen = int(table.shots.min()) if shots is None else shots
    asked = paper_pairs(table, chosen) if named is None else named
    pairs = confused_pairs(table, chosen, most, asked)
    names, counts = confusion_counts(table, chosen)
    files = new_files(out, ("figure-5", CONFUSION), forms)
    for file in files[: len(forms)]:
        draw_failures(store, table, pairs, file, chosen, moments)
        draw_confusion(counts, names, file.with_stem(CONFUSION))
    told = [asdict(pair) | {"share": pair.share} for pair in pairs]
    return {"figure": 5, "files": list(map(str, files)), "shots": chosen, "pairs": told}


def heatmap_figure(
    number: int,
    store: Store,
    clips: Sequence[str],
    maps: Mapping[str, Path],
    out: Path,
    *,
    videos: Path | None = None,
    fps: float | None = None,
    moments: int = 8,
    forms: Sequence[str] = FORMS,
) -> dict[str, Any]:
    """Draw Figure 3 or 4: what methods find important, in one clip with its joints, or in several.

    Args:
        number: 3 for one clip, 4 for several.
        store: The clips.
        clips: Their names.
        maps: Folders with a file a clip (see `saved_map`), by method. Where a decision boundary was
            sought and not found, the clip's title says so.
        out: The folder for the files.
        videos: A folder of videos, for the frames of Figure 3.
        fps: Frames a second, for seconds below the frames.
        moments: How many moments of Figure 3.
        forms: Endings of the files, of `FORMS`.

    Returns:
        The document: `figure` and `files`.

    Raises:
        SkelshotError: Figure 3 is asked for with several clips, a clip or map is missing or does
            not fit the other, or a file is there already.
    """
    if number == 3 and len(clips) != 1:
        raise SkelshotError(f"--clips: found {len(clips)}, expected one for figure 3")
    rows = [_explained(store, name, maps) for name in clips]
    film = None if videos is None else _film(store, clips[0], videos, moments)
    files = new_files(out, (f"figure-{number}",), forms)
    for file in files:
        if number == 3:
            draw_explained(rows[0].clip, rows[0].maps, file, rows[0].title, fps, moments, film)
        else:
            draw_grid(rows, file, fps)
    return {"figure": number, "files": list(map(str, files))}


def _explained(store: Store, name: str, maps: Mapping[str, Path]) -> Explained:
    """Read what each method says of a clip."""
    index = store.index_of(name)
    clip = store.sequence(index)
    found = {how: saved_map(map_file(folder, name), clip) for how, folder in maps.items()}
    efforts = ", ".join(how for how, one in found.items() if one.best_effort)
    # In front, since long titles are cut.
    note = f"best effort, no boundary found: {efforts}; " if efforts else ""
    title = f"{note}{store.class_of(index) or 'unlabelled'} ({name})"
    return Explained(title, clip, {how: one.importance for how, one in found.items()})


def _film(store: Store, name: str, videos: Path, moments: int) -> Film:
    """Read frames of a clip's video."""
    record = store.clips[store.index_of(name)]
    video = VideoFile(VideoFolder(videos).find(name, record.video_file))
    within = None
    if record.video_start is not None and record.video_stop is not None:
        within = (record.video_start, record.video_stop)
    return film_of(video, store.sequence(store.index_of(name)), moments, within)
