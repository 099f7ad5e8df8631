"""Mattes that are given, not detected: imported ones, the infrared channel, and hold-outs."""
