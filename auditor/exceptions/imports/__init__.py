"""Suppressions of other tools as drafts of exceptions. Nothing is ever made broader: what does not fit is reported."""
