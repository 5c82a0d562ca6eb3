"""Scan accounts in parallel and judge their facts. Knows no AWS service, and is the only home of threads."""
