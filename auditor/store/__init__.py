"""Floor 1: where bytes go. A `Store` is a folder here, or a bucket (`auditor.aws.storage`)."""
