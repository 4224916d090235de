"""Explanations: attribution of decisions to joints and frames, measured and drawn."""
