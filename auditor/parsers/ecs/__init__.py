"""Parsers of ECS answers."""
