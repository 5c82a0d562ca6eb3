"""One module per service, each with its own protocol."""
