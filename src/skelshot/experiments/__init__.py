"""Experiments: presets as data, sweeps, the demo."""
