"""The page itself: all sections in their order, in one file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from skelshot.experiments.html import HtmlReport
from skelshot.experiments.run_page.accuracies import add_accuracies
from skelshot.experiments.run_page.feature_map import add_map
from skelshot.experiments.run_page.hits_and_misses import add_queries
from skelshot.experiments.run_page.material import RunMaterial
from skelshot.experiments.run_page.training import add_training


def write_run_page(material: RunMaterial, page: Path) -> Path:
    """Write one page about a run, which needs no other file.

    Args:
        material: What the page is made of, from `gather`.
        page: The HTML file; replaced where it exists.

    Returns:
        `page`.

    Raises:
        SkelshotError: A file of the run is damaged, or clips do not fit its encoder.
    """
    report = HtmlReport(f"Run {material.run.path.resolve().name}")
    with TemporaryDirectory() as folder:
        add_accuracies(report, material, Path(folder))
        add_queries(report, material, Path(folder))
        add_map(report, material, Path(folder))
        add_training(report, material.run, Path(folder))
    return report.write(page, "Made by `skelshot show`.")
