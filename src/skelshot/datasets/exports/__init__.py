"""Exports of pose estimators and motion capture: one reader a kind of file."""
