"""Remediation of ECS task definitions."""
