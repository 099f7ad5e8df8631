"""Set-up with nothing but Python's standard library: `python3 install demo`, `test`, `host`."""
