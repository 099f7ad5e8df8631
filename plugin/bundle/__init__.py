"""Building `Reelmend.ofx.bundle`: the shim's binaries, the folders that hosts look for, the header."""
