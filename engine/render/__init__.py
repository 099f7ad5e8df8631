"""Walks a whole clip through the pipeline, from open source to finished files."""
