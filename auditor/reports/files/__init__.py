"""Renders the findings of `auditor check` on files: as text, as JSON and as SARIF."""
