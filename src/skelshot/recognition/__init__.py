"""Recognition: actions enrolled from a few clips, kept in a gallery, and found again."""
