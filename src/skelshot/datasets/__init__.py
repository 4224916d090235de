"""Data: readers, the store, protocols, episodes and batches.

Batches are PyTorch's: `skelshot.datasets.batches` is left out here, so that preparing clips in many
processes does not import PyTorch in each of them.
"""

from skelshot.datasets.clips import UNLABELLED, Clip, Rejected
from skelshot.datasets.msr_action_pairs import MsrActionPairsReader
from skelshot.datasets.npz import NpzReader, write_npz_clip
from skelshot.datasets.nw_ucla import NwUclaReader
from skelshot.datasets.pku_mmd import PkuMmdReader
from skelshot.datasets.protocols import ClassSplitProtocol, protocol_named
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.episodes import EpisodeSampler, EpisodeSpec
from skelshot.datasets.protocols.exemplars import ExemplarProtocol
from skelshot.datasets.protocols.tasks import Split, Task, base_clips
from skelshot.datasets.pyskl import PysklReader
from skelshot.datasets.pyskl_export import export_pyskl
from skelshot.datasets.reader_family import READERS, reader_named
from skelshot.datasets.reader_options import ReaderOptions
from skelshot.datasets.readers import Reader, Remarks, Source
from skelshot.datasets.reading_options import ReadingOptions
from skelshot.datasets.store import Store

__all__ = [
    "READERS",
    "UNLABELLED",
    "ClassSplitProtocol",
    "Clip",
    "EpisodeSampler",
    "EpisodeSpec",
    "ExemplarProtocol",
    "FewShotProtocol",
    "MsrActionPairsReader",
    "NpzReader",
    "NwUclaReader",
    "PkuMmdReader",
    "PysklReader",
    "Reader",
    "ReaderOptions",
    "ReadingOptions",
    "Rejected",
    "Remarks",
    "Source",
    "Split",
    "Store",
    "Task",
    "base_clips",
    "export_pyskl",
    "protocol_named",
    "reader_named",
    "write_npz_clip",
]
