"""`engine-cli demo`: a reel of our own to try the engine on, and what to look at afterwards."""
