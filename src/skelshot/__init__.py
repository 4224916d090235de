"""Few-shot recognition of human actions from moving skeletons."""

__version__ = "0.1.0"
