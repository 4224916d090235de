"""From a store's clips and class names to cached features.

`texts`, `videos` and `precomputed` each fill a cache; `job` plans the work on videos, whose frames
come from `frame_sources` or `rendered_frames`, are prefetched and go through the teacher in
`batches`.
"""
