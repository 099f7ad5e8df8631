"""Proof of what a render did: decisions taken in, records, patches to undo it, and verification."""
