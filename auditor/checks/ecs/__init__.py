"""Checks of Amazon ECS resources."""
