"""Reelmend's engine: reads a damaged film scan, finds the damage, repairs it, leaves the rest as it was.

The way of one frame, folder by folder: `media` decodes it, `window` gathers its neighbours, `motion`
aligns them, `detect` finds the damage, `repair` fills it, `pipeline` puts the fill back into the
untouched code values, `media` writes them. `render` walks a whole clip that way; `cli` is the command line.
"""
