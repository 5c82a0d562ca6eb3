"""Terminal output: progress and summary of a run, and the table of a dry run."""
