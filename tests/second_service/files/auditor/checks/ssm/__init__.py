"""Checks of Parameter Store."""
