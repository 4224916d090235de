"""NTU RGB+D: its files, archives, names, bodies and official splits."""

from skelshot.datasets.ntu.reader import MAX_BYTES, NtuOptions, NtuReader

__all__ = ["MAX_BYTES", "NtuOptions", "NtuReader"]
