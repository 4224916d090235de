"""Protocols: which clips are exemplars and queries of which tasks."""

from skelshot.datasets.protocols.protocols import ClassSplitProtocol, protocol_named

__all__ = ["ClassSplitProtocol", "protocol_named"]
