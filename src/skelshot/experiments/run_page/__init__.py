"""The page about a run: what it was trained on, its curves, accuracies, hits, misses and map."""

from skelshot.experiments.run_page.material import RunMaterial, gather
from skelshot.experiments.run_page.page import write_run_page

__all__ = ["RunMaterial", "gather", "write_run_page"]
