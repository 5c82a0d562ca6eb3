"""Render results as text or bytes, for people and for programs.

`page` makes the HTML report of a run, `terminal` the progress and the summary of a run, `catalogue` the list and the
manual pages of checks, and `files` the results of checking IaC files. The modules of this package serve all of them.
"""
