"""Comparisons of evaluations, reasons of decisions, and a page about a run, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.store import Store
from skelshot.evaluation.comparison import compare as compare_sides
from skelshot.evaluation.comparison import comparison_document
from skelshot.evaluation.pairing import Measured, Side
from skelshot.evaluation.query_table import QueryTable, read_queries
from skelshot.evaluation.saved_results import read_saved_result, saved_result
from skelshot.experiments.check_page import write_check_page
from skelshot.experiments.members import member_of
from skelshot.experiments.run_page import gather, write_run_page
from skelshot.explain import ATTRIBUTIONS, Explanation
from skelshot.explain.explanation_files import write_explanations
from skelshot.explain.pictures.explanation_pictures import Drawing
from skelshot.explain.requests import Request, explain_request
from skelshot.explain.shown_clips import shown_from
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.ground.printable import escaped, printable
from skelshot.recognition.checking import CheckReport, check_clips
from skelshot.runs import Run
from skelshot.skeletons.inputs import AskedSides

File = Path | str
Evaluation = File | Mapping[str, Any] | QueryTable


def compare(
    *evaluations: Evaluation,
    names: Sequence[str] | None = None,
    shots: Sequence[int] | None = None,
    store: Store | File | None = None,
) -> dict[str, Any]:
    """Compare evaluations with the first of them, pair by pair, as `skelshot compare` does.

    Args:
        evaluations: Results (documents or their files), or tables of queries (or their files):
            the baseline and at least one more, all of one kind.
        names: What they are called; the files' names unless told.
        shots: Numbers of exemplars; all unless told.
        store: The clips, for tables of one task: intervals are then over its performers, where
            they are known; where not, or of several tasks, a note says that it changes nothing.

    Returns:
        The document: `rows`, one a difference; `difference` and `ci95` of the first; `notes`.

    Raises:
        SkelshotError: A file is none of these, or two evaluations are no pairs.

    Example:
        >>> accuracy = {"mean": 0.6, "ci95": None, "queries": 9, "per_split": [0.5, 0.7]}
        >>> accuracy |= {"per_class": {}, "confusion": [], "protocol_hash": "f00d"}
        >>> one = {"method": "nearest", "protocol": "toy", "splits": [0, 1], "class_names": []}
        >>> one |= {"data_hash": "abad1dea", "accuracy": {"1": accuracy}}
        >>> two = one | {"accuracy": {"1": accuracy | {"per_split": [0.52, 0.74]}}}
        >>> round(compare(one, two, names=["nearest", "cosine"])["difference"], 3)
        0.03
    """
    called = _names(evaluations, names)
    sides = [
        Side(name, *_measured(entry, name)) for name, entry in zip(called, evaluations, strict=True)
    ]
    performers = None
    if store is not None:
        clips = (store if isinstance(store, Store) else Store.open(Path(store))).clips
        performers = {clip.name: clip.subject for clip in clips}
        for side in sides:
            if not isinstance(side.measured, QueryTable):
                raise SkelshotError(
                    f"--store: {side.place} is a result, whose queries are not told; leave it out, "
                    "or compare tables of queries"
                )
    rows = compare_sides(sides, shots, performers)
    document = comparison_document(rows)
    if performers is not None:
        document["notes"] += [
            f"{row.name}, {row.shots}-shot: --store changes nothing, "
            + ("a performer is not known" if row.over == "queries" else "its tasks are several")
            for row in rows
            if row.over != "performers"
        ]
    return document


def _names(evaluations: Sequence[Evaluation], asked: Sequence[str] | None) -> list[str]:
    """Name evaluations as asked; by their files where these differ, else by their paths."""
    files = [Path(entry) if isinstance(entry, File) else None for entry in evaluations]
    places = [file.resolve() for file in files if file is not None]
    for file in places:
        if places.count(file) > 1:
            raise SkelshotError(f"{file}: given twice, expected two evaluations to compare")
    if asked is None:
        stems = [file.stem if file else str(at) for at, file in enumerate(files, start=1)]
        paths = [str(file or at) for at, file in enumerate(files, start=1)]
        asked = stems if len(set(stems)) == len(stems) else paths
    if len(asked) != len(evaluations) or len(set(asked)) < len(asked):
        raise SkelshotError(
            f"--names: found {', '.join(map(printable, asked))}, expected {len(evaluations)} that "
            "differ, one a result"
        )
    return [escaped(name) for name in asked]


def _measured(entry: Evaluation, name: str) -> tuple[str, Measured]:
    """Read an evaluation; say where it is, for messages."""
    if isinstance(entry, QueryTable):
        return name, entry
    if isinstance(entry, Mapping):
        return name, saved_result(entry, name)
    file = Path(entry)
    is_table = file.suffix.lower() in (".parquet", ".csv")
    return str(file), read_queries(file) if is_table else read_saved_result(file)


def explain_clips(
    run: Run | File,
    *clips: str,
    store: Store | File,
    protocol: File | FewShotProtocol | None = None,
    support: Sequence[str] = (),
    method: str = "cosine",
    attribution: str = "big",
    label: str | None = None,
    split: int | None = None,
    shots: int = 1,
    preset: File | None = None,
    sides: AskedSides = "auto",
    device: str = "auto",
    changes: Sequence[str] = (),
    out: File | None = None,
    pictures: Sequence[str] = ("png",),
    fps: float | None = None,
    **options: Any,
) -> list[Explanation]:
    """Share decisions about clips out to joints and frames, as `skelshot explain` does.

    Args:
        run: What `pretrain` made.
        clips: Names of the clips.
        store: The clips, of the layout of the run.
        protocol: Draws the exemplars; the run's own unless told.
        support: Names of exemplars, in place of the protocol's: equally many of each class.
        method: The few-shot method, one of `METHODS`.
        attribution: How decisions are shared out, one of `ATTRIBUTIONS`.
        label: Name of the class to explain; the predicted one unless told.
        split: The split of the run whose encoder serves; its first unless told.
        shots: Exemplars a class, of the protocol.
        preset: `cpu`, `paper`, `smoke` or a file; the run's own unless told.
        sides: Whether a clip and its mirror image are different actions.
        device: `cpu`, `cuda`, `cuda:1`, `mps` or `auto`; a GPU where there is one.
        changes: Changes of the preset's evaluation, such as `readout=joints`.
        out: The folder for attributions and pictures; nothing is written unless told.
        pictures: Endings of the pictures: png, svg or pdf, gif, mp4 or avi for the clip in motion.
        fps: Frames a second of the clips, for the pictures.
        options: Those of the attribution, such as `steps`.

    Returns:
        The explanations, in the order of the clips; where `out` is told, with their `file` and
        `pictures`.

    Raises:
        SkelshotError: A name is unknown, the class is not in the support, the clips have another
            layout than the run, or the answer has no gradient to follow.
    """
    drawing = Drawing(pictures, fps)
    run = run if isinstance(run, Run) else Run.open(run)
    store = Store.open(Path(store)) if isinstance(store, File) else store
    how = ATTRIBUTIONS.named(attribution, "--attribution").from_options(options)
    member = member_of(store, run, METHODS.named(method, "--method"), preset, changes)
    request = Request(clips, tuple(support), label, split, shots, sides, device)
    drawn = None if support else _protocol(run, protocol)
    found = explain_request(member, store, drawn, request, how)
    return (
        found if out is None else write_explanations(found, shown_from(store), Path(out), drawing)
    )


def _protocol(run: Run, asked: File | FewShotProtocol | None) -> FewShotProtocol:
    """Return the protocol asked for, or else the one that the run was trained for."""
    if asked is not None:
        return protocol_named(asked) if isinstance(asked, File) else asked
    name = next(iter(run.splits.values())).config.get("protocol")
    try:
        return protocol_named(str(name))
    except SkelshotError as error:
        raise SkelshotError(
            f"{run.path}: was trained for {name!r:.80}, which is no shipped protocol; name its "
            "file with --protocol, or exemplars with --support"
        ) from error


def show(
    run: Run | File,
    out: File,
    *,
    store: Store | File | None = None,
    result: File | None = None,
    queries: File | None = None,
) -> Path:
    """Write one page about a run, as `skelshot show` does.

    Args:
        run: What `pretrain` made.
        out: The HTML file, or a folder for it.
        store: The clips, for skeletons and the map.
        result: A result of the run; all in its `results/` unless told.
        queries: A table of queries; the one that a result names unless told.

    Returns:
        The page.

    Raises:
        SkelshotError: A file is damaged, or of another run, other data or other clips.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    page = _page_at(out)
    material = gather(
        run,
        None if result is None else Path(result),
        None if queries is None else Path(queries),
        Store.open(Path(store)) if isinstance(store, File) else store,
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    return write_run_page(material, page)


def check(
    clips: File | Sequence[File],
    out: File | None = None,
    *,
    form: str | None = None,
    rate: float | None = None,
    **options: Any,
) -> CheckReport:
    """Look for what is probably a mistake in clips, as `skelshot check` does.

    Args:
        clips: A store, a folder of clips, an archive, or files and folders of one format.
        out: The HTML file of the page, or a folder for it; none unless told.
        form: The format, one of `READERS`; guessed from the files' names unless told.
        rate: Frames a second at which the clips were written, if known.
        options: Those of the format's reader, such as `units`.

    Returns:
        The suspicions, what there is of each class, and the page.

    Raises:
        SkelshotError: There is no clip, the format is not known, or an option does not fit.
    """
    page = None if out is None else _page_at(out)
    report = check_clips(clips, form=form, rate=rate, **options)
    if page is None:
        return report
    page.parent.mkdir(parents=True, exist_ok=True)
    return replace(report, page=write_check_page(report, page))


def _page_at(out: File) -> Path:
    """Return the file of a page, which may be named by its folder."""
    place = Path(out)
    page = place if place.suffix.lower() in (".html", ".htm") else place / "index.html"
    if page.is_dir() or (page != place and place.exists() and not place.is_dir()):
        found = "a folder" if page.is_dir() else "a file"
        raise SkelshotError(f"--out {out}: found {found}, expected a folder or FILE.html")
    return page
