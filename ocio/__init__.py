"""Colour: from any source encoding to the one the nets see, and back. Arrays in, arrays out.

Uses numpy and OpenColorIO only. Nothing here clamps.
"""
