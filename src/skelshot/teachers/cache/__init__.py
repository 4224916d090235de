"""The cache of a teacher's features, a folder that training reads in the teacher's place.

Read `info` first, which says what is in the folder; then `write` makes it (from `chunks`, after
`conflict` and `distinct` have looked), `read` and `video` open it, `shards` keeps what is half
done, and `reuse` finds clips in an earlier cache.
"""
