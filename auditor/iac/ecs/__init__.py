"""IaC files that describe ECS resources."""
