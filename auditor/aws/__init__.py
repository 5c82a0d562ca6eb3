"""Floor 3: everything that talks to AWS, and the only home of boto3, botocore and tenacity."""
