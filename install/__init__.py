"""Set-up with nothing but Python's standard library: `python3 install demo`, `python3 install test`."""
