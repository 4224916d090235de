"""From a store's clips and classes to cached features."""
