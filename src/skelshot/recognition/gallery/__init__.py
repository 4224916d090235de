"""Galleries: enrolled actions in one file or database, whole whatever happens."""

from skelshot.recognition.gallery.gallery import Gallery, GalleryEntry
from skelshot.recognition.gallery.rows import DamagedGallery

__all__ = ["DamagedGallery", "Gallery", "GalleryEntry"]
