"""Experiments: presets as data, published results, the demo."""
