"""Storage of bytes. A `Store` is a folder (`auditor.store.folder`) or an S3 bucket (`auditor.aws.storage`)."""
