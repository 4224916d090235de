"""The frozen teachers, a file each.

`teacher` says what makes a class one that can be chosen by name, `family` lists the classes,
`table` the models that have a short name; `frozen`, `loading` and `preprocessing` are what video
models share.
"""
