"""Floor 5: the run on disk or in a bucket: keys, rows, and the order in which they are written."""
