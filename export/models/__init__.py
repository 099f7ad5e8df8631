"""The nets, in PyTorch."""
