"""Parsers of Parameter Store answers."""
