"""The four nets of the literature that the shipped detector is compared with."""
