"""Rate limits of Parameter Store per account and region."""

from __future__ import annotations

from auditor.aws.rate_limit import RateLimit

RATE_LIMITS = {"DescribeParameters": RateLimit("ssm:describe-parameters", 40, 40)}
