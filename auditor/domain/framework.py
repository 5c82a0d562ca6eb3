"""Names of frameworks and of other rule sets. One that is not listed here is shown by its key."""

#: In the order in which lists show them. The checks of the frameworks of Security Hub follow the lists of each
#: standard, and those of NIST and PCI DSS also "Related requirements" of each control:
#: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
_FRAMEWORKS = {
    "cis-compute-1.1": "CIS AWS Compute Services Benchmark 1.1.0",
    "aws-fsbp": "AWS Foundational Security Best Practices",
    "nist-800-53-r5": "NIST SP 800-53 Revision 5 in AWS Security Hub",
    "pci-dss-4.0.1": "PCI DSS 4.0.1 in AWS Security Hub",
    "aws-resource-tagging": "AWS Resource Tagging Standard",
    "aws-config": "AWS Config managed rules",
    "control-tower-proactive": "AWS Control Tower proactive controls",
}

#: Rule sets whose verdict a finding carries next to its own.
_STANDARDS = {
    "aws-config": "AWS Config",
    "checkov": "Checkov",
    "kics": "KICS",
    "powerpipe": "Powerpipe",
    "prowler": "Prowler",
    "security-hub": "Security Hub",
    "trivy": "Trivy",
}


def framework_name(key: str) -> str:
    """Return the name of a framework; the key if it has none."""
    return _FRAMEWORKS.get(key, key)


def framework_order(key: str) -> tuple[int, str]:
    """Return the sort key of a framework: those with a name first, in a fixed order, then the others by key."""
    keys = list(_FRAMEWORKS)
    return (keys.index(key) if key in keys else len(keys), key)


def standard_name(key: str) -> str:
    """Return the name of another rule set; the key if it has none."""
    return _STANDARDS.get(key, key)
