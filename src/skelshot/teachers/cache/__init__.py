"""The cache of features: `info` says what is in it, `write` makes it, `read` opens it."""
