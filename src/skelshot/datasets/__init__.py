"""Data: readers, the store, protocols, episodes and batches."""
