"""The store: prepared clips on disk, written whole, read by mapping."""

from skelshot.datasets.store.store import Store, partial_folder

__all__ = ["Store", "partial_folder"]
