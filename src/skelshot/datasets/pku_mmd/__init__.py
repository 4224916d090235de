"""PKU-MMD part I: its recordings, label files and splits."""

from skelshot.datasets.pku_mmd.reader import PkuMmdOptions, PkuMmdReader

__all__ = ["PkuMmdOptions", "PkuMmdReader"]
