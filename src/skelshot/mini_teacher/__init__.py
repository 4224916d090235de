"""Training of the mini teacher that ships with the package: clips, captions, stages."""
