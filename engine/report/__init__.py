"""What a render tells about itself: one line per frame, and a summary (see `engine.report.lines`)."""
