"""Weights of the mini teacher and their loader."""
