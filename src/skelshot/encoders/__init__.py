"""Encoders: from clips (N, C, T, V, M) to vectors (N, D)."""

from skelshot.encoders.agcn import AGCN
from skelshot.encoders.base import Encoder
from skelshot.encoders.build import build_encoder
from skelshot.encoders.checkpoint import (
    CheckpointHeader,
    load_encoder,
    read_header,
    save_encoder,
)
from skelshot.encoders.ctr_gcn import CTRGCN
from skelshot.encoders.family import ENCODERS, read_spec
from skelshot.encoders.graph_network import GraphNetwork
from skelshot.encoders.graph_spec import GraphNetworkSpec
from skelshot.encoders.image_network import ImageNetwork, ImageNetworkSpec
from skelshot.encoders.multi_stream import Branch, MultiStream, MultiStreamSpec
from skelshot.encoders.packaged import (
    WeightsCard,
    check_card,
    load_packaged,
    packaged_card,
    packaged_file,
    packaged_for,
    packaged_names,
)
from skelshot.encoders.persons import fold_persons, mean_over_persons, unfold_persons
from skelshot.encoders.public import ImportedEncoder, import_checkpoint
from skelshot.encoders.skeleton_transformer import SkeletonTransformer, SkeletonTransformerSpec
from skelshot.encoders.spec import EncoderSpec
from skelshot.encoders.st_gcn import STGCN, STGCNSpec

__all__ = [
    "AGCN",
    "CTRGCN",
    "ENCODERS",
    "STGCN",
    "Branch",
    "CheckpointHeader",
    "Encoder",
    "EncoderSpec",
    "GraphNetwork",
    "GraphNetworkSpec",
    "ImageNetwork",
    "ImageNetworkSpec",
    "ImportedEncoder",
    "MultiStream",
    "MultiStreamSpec",
    "STGCNSpec",
    "SkeletonTransformer",
    "SkeletonTransformerSpec",
    "WeightsCard",
    "build_encoder",
    "check_card",
    "fold_persons",
    "import_checkpoint",
    "load_encoder",
    "load_packaged",
    "mean_over_persons",
    "packaged_card",
    "packaged_file",
    "packaged_for",
    "packaged_names",
    "read_header",
    "read_spec",
    "save_encoder",
    "unfold_persons",
]
