"""One module a command, each with `act(options) -> Outcome`."""
