"""Collectors of ECS."""
