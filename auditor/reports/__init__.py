"""Floor 5: a run's result as text or bytes for people and programs."""
