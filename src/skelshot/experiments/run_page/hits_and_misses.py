"""The section on hits and misses: queries as skeletons, beside their exemplars."""

from pathlib import Path

from skelshot.datasets.store import Store
from skelshot.evaluation.query_table import QueryTable
from skelshot.experiments.html import HtmlReport
from skelshot.experiments.pictures import draw_rows
from skelshot.experiments.run_page.choosing import choose_queries
from skelshot.experiments.run_page.material import RunMaterial

_MOMENTS = 4


def add_queries(report: HtmlReport, material: RunMaterial, folder: Path) -> None:
    """Draw queries that were recognised and such that were not, beside their exemplars.

    Args:
        report: The page.
        material: What the page is made of.
        folder: Where pictures lie until they are in the page.
    """
    report.heading("Hits and misses")
    store, table = material.store, material.queries
    if table is None:
        report.paragraph(
            "There is no table of queries. Run: skelshot evaluate STORE --protocol PROTOCOL --run "
            f"{material.run.path} --queries queries.parquet, then show it with --queries "
            "queries.parquet --store STORE"
        )
    if store is None:
        report.paragraph("Without the clips no skeleton is drawn: name them with --store STORE.")
    if table is None or store is None:
        return
    shots = int(table.shots.min())
    chosen = choose_queries(table, shots)
    for what, order, rows, every in (
        ("not recognised", "surest", chosen.misses, chosen.every_miss),
        ("recognised", "narrowest", chosen.hits, chosen.every_hit),
    ):
        said = f"{every:,} {shots}-shot queries were {what}"
        if not rows:
            report.paragraph(f"{said}.")
            continue
        path = folder / f"{what}.png"
        draw_rows(store, path, [_beside(store, table, row) for row in rows], _MOMENTS)
        report.picture(
            path,
            f"{said}; here are {len(rows)}, the {order}, of different kinds before any again: the "
            "query, the first exemplar of the class that was answered"
            + (", and the first of its own class" if what == "not recognised" else ""),
        )
        report.folded_table(
            f"Names of these clips, {what}",
            ["query", "class", "answer", "split", "draw"],
            [_named(table, row) for row in rows],
        )


def _named(table: QueryTable, row: int) -> list[str]:
    """Tell where a query stands in the table."""
    task = [str(table.splits[row]), str(table.draws[row])]
    return [table.clips[row], str(table.true[row]), table.predicted[row], *task]


def _beside(store: Store, table: QueryTable, row: int) -> list[tuple[int, str] | None]:
    """List a query and one exemplar of each class that matters."""
    true, said = table.true[row], table.predicted[row]
    query = store.index_of(table.clips[row])
    name = f"{true}, answered {said}" if true != said else f"{true}"
    exemplars = [store.index_of(name) for name in table.exemplars[row]]
    found: list[tuple[int, str] | None] = [(query, name)]
    for wanted in dict.fromkeys((said, str(true))):
        of_class = [
            index for index in exemplars if store.class_names[store.clips[index].label] == wanted
        ]
        found.append((of_class[0], f"exemplar: {wanted}") if of_class else None)
    return found
