"""Evaluation: many tasks at once, metrics with intervals, results."""
