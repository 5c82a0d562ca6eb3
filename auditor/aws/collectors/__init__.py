"""API pages to facts or gaps; each collector lists the IAM actions that it needs."""
