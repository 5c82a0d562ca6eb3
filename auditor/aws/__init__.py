"""AWS: clients, calls, roles, regions, S3 and collectors. Only this package imports boto3 and botocore."""
