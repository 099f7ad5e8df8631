"""`python -P -m engine.server`: find the engine process, or start it; see `engine.server.launch`."""

import sys

from engine.server.launch import main

sys.exit(main(sys.argv[1:]))
