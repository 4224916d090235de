"""The general encoder that comes with the package: how it is trained, measured and carded."""
