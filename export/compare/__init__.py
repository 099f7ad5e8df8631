"""One training and evaluation path for the nets of the literature, and the table that compares them."""
