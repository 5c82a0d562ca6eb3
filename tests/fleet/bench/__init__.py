"""Time and memory of the auditor compared with a minimal auditor, on the same fleet and in the same session."""
