"""One module a service, each speaking its own protocol."""
