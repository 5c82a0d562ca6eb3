"""The results of a run in formats of other tools: one pure module per format.

Each module has a function `files` from the rows of one account to files. Nothing here reads or writes a store, and
nothing is kept from account to account, so memory does not grow with the number of accounts. Every format shows
UNKNOWN findings and gaps as such.
"""
