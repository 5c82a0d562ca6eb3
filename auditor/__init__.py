"""auditor: audits every account and every region of an AWS organization, and says what it could not look at."""

__version__ = "0.1.0"
