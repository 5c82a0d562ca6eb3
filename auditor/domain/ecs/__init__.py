"""ECS: facts, usage of task definitions, and repairs of task definitions."""
