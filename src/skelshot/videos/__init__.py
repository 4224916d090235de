"""Videos: reading wanted frames, sampling, crops around people, writing."""
