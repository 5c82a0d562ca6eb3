"""Collectors of Parameter Store."""
