"""Encoders: from clips (N, C, T, V, M) to vectors (N, D)."""

from skelshot.encoders.base import Encoder
from skelshot.encoders.build import build_encoder
from skelshot.encoders.spec import EncoderSpec
