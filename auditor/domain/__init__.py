"""Types shared by all packages: frozen dataclasses and enums, standard library only, no input or output.

A package below this one holds the facts, usage and repairs of one AWS service.
"""
