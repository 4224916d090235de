"""Foundations of every room: errors, whole files, seeds and progress."""

from skelshot.ground.errors import SkelshotError

__all__ = ["SkelshotError"]
