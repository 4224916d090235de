"""How the mini teacher that ships with the package was made: clips, captions, training."""
