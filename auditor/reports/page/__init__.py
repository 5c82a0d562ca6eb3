"""The HTML report of a run: one self-contained file.

`render` fills the templates. Each of the other modules prepares one part of the page, as plain data.
"""
