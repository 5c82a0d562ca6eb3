"""Remediation of ECS task definitions and of the definitions of managed daemons."""
