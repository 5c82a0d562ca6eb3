"""Parameter Store: its facts."""
