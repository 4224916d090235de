"""Public checkpoints as encoders: files of CTR-GCN, 2s-AGCN, ST-GCN and PYSKL."""

from skelshot.encoders.public.importing import ImportedEncoder, import_checkpoint
from skelshot.encoders.public.layouts import LAYOUTS

__all__ = ["LAYOUTS", "ImportedEncoder", "import_checkpoint"]
