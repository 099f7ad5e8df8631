"""A small OpenFX host: loads any bundle, describes it and renders frames through it.

It is the bench our own nodes are tried on and the user's check of an installed bundle
(`python -m plugin.host check BUNDLE`). Standard library alone; pictures are plain bytes.
"""
