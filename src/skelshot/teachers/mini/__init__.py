"""A small video-text teacher of our own, and the rendered material that it is trained on."""
