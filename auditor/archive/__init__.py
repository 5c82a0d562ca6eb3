"""The documents of a run in a store: their keys, their bytes, and the order in which they are written."""
