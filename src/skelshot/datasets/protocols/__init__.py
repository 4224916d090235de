"""Protocols: which clips are exemplars and queries of which tasks."""

from skelshot.datasets.protocols.class_splits import ClassSplitProtocol
from skelshot.datasets.protocols.named import NamedProtocol
from skelshot.datasets.protocols.protocols import protocol_named

__all__ = ["ClassSplitProtocol", "NamedProtocol", "protocol_named"]
