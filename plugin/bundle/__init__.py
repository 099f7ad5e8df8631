"""Building `Reelmend.ofx.bundle`: compiling the shim, the folders that hosts look for, the parameters' header."""
