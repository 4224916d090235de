"""Galleries: enrolled actions in one file or database, whole whatever happens."""

from skelshot.recognition.gallery.gallery import Entry, Gallery
from skelshot.recognition.gallery.rows import DamagedGallery

__all__ = ["DamagedGallery", "Entry", "Gallery"]
