"""Checks over what Amazon ECS holds."""
