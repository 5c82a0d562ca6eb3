"""The controls of published rule sets, and the checks that implement them.

Sources: CIS AWS Compute Services Benchmark 1.1.0, section 3; the ECS controls of the AWS Security Hub user guide and
its pages about the standards FSBP, NIST SP 800-53 Revision 5, PCI DSS 4.0.1 and Resource Tagging; the list of managed
rules of the AWS Config developer guide, which has no custom rules of Security Hub and no discontinued ones; the page
ecs-rules of the AWS Control Tower controls reference. A check that implements none of them needs no entry here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor import checks

CONTROLS = {
    "cis-compute-1.1": {
        "3.1": "ecs-host-network-privileged-or-root",
        "3.2": "ecs-service-public-ip",
        "3.3": "ecs-host-pid-mode",
        "3.4": "ecs-privileged-container",
        "3.5": "ecs-writable-root-filesystem",
        "3.6": "ecs-env-secret-names",
        "3.7": "ecs-logging-missing",
        "3.8": "ecs-fargate-platform-version",
        "3.9": "ecs-container-insights",
        "3.10": "ecs-service-untagged",
        "3.11": "ecs-cluster-untagged",
        "3.12": "ecs-task-definition-untagged",
        "3.13": "ecs-untrusted-image",
        "3.14": "ecs-task-set-public-ip",
    },
    "aws-fsbp": {
        "ECS.2": "ecs-service-public-ip",
        "ECS.3": "ecs-host-pid-mode",
        "ECS.4": "ecs-privileged-container",
        "ECS.5": "ecs-writable-root-filesystem",
        "ECS.8": "ecs-env-secret-names",
        "ECS.9": "ecs-logging-missing",
        "ECS.10": "ecs-fargate-platform-version",
        "ECS.12": "ecs-container-insights",
        "ECS.16": "ecs-task-set-public-ip",
        "ECS.18": "ecs-efs-transit-encryption",
        "ECS.19": "ecs-capacity-termination-protection",
        "ECS.20": "ecs-linux-root-user",
        "ECS.21": "ecs-windows-admin-user",
    },
    "nist-800-53-r5": {
        "ECS.2": "ecs-service-public-ip",
        "ECS.3": "ecs-host-pid-mode",
        "ECS.4": "ecs-privileged-container",
        "ECS.5": "ecs-writable-root-filesystem",
        "ECS.8": "ecs-env-secret-names",
        "ECS.9": "ecs-logging-missing",
        "ECS.10": "ecs-fargate-platform-version",
        "ECS.12": "ecs-container-insights",
        "ECS.17": "ecs-host-network-mode",
    },
    "pci-dss-4.0.1": {
        "ECS.2": "ecs-service-public-ip",
        "ECS.8": "ecs-env-secret-names",
        "ECS.10": "ecs-fargate-platform-version",
        "ECS.16": "ecs-task-set-public-ip",
    },
    "control-tower-proactive": {
        "CT.ECS.PR.1": "ecs-fargate-platform-version",
        "CT.ECS.PR.2": "ecs-container-insights",
        "CT.ECS.PR.3": "ecs-linux-root-user",
        "CT.ECS.PR.4": "ecs-not-awsvpc",
        "CT.ECS.PR.5": "ecs-logging-missing",
        "CT.ECS.PR.6": "ecs-writable-root-filesystem",
        "CT.ECS.PR.7": "ecs-memory-hard-limit",
        "CT.ECS.PR.8": "ecs-host-network-privileged-or-root",
        "CT.ECS.PR.9": "ecs-service-public-ip",
        "CT.ECS.PR.10": "ecs-host-pid-mode",
        "CT.ECS.PR.11": "ecs-privileged-container",
        "CT.ECS.PR.12": "ecs-env-secret-names",
    },
    "aws-resource-tagging": {
        "ECS.13": "ecs-service-untagged",
        "ECS.14": "ecs-cluster-untagged",
        "ECS.15": "ecs-task-definition-untagged",
    },
    "aws-config": {
        "ecs-awsvpc-networking-enabled": "ecs-not-awsvpc",
        "ecs-capacity-provider-termination-check": "ecs-capacity-termination-protection",
        "ecs-container-insights-enabled": "ecs-container-insights",
        "ecs-containers-nonprivileged": "ecs-privileged-container",
        "ecs-containers-readonly-access": "ecs-writable-root-filesystem",
        "ecs-fargate-latest-platform-version": "ecs-fargate-platform-version",
        "ecs-no-environment-secrets": "ecs-env-secret-names",
        "ecs-task-definition-efs-encryption-enabled": "ecs-efs-transit-encryption",
        "ecs-task-definition-linux-user-non-root": "ecs-linux-root-user",
        "ecs-task-definition-log-configuration": "ecs-logging-missing",
        "ecs-task-definition-network-mode-not-host": "ecs-host-network-mode",
        "ecs-task-definition-pid-mode-check": "ecs-host-pid-mode",
        "ecs-task-definition-windows-user-non-admin": "ecs-windows-admin-user",
    },
}
#: Severities of Security Hub's controls, which the checks keep.
SEVERITIES = {
    "high": ("ECS.2", "ECS.3", "ECS.4", "ECS.5", "ECS.8", "ECS.9", "ECS.16"),
    "medium": ("ECS.10", "ECS.12", "ECS.17", "ECS.18", "ECS.19", "ECS.20", "ECS.21"),
    "low": ("ECS.13", "ECS.14", "ECS.15"),
}


def claims(framework: str) -> Iterator[tuple[str, str]]:
    """Yield each control of a framework with the id of a check that names it."""
    for check in checks.built_in():
        for control in check.frameworks.get(framework, ()):
            yield control, check.id


@pytest.mark.parametrize("framework", CONTROLS)
def test_every_control_is_implemented_by_its_check_and_no_other(framework: str) -> None:
    expected = CONTROLS[framework]

    assert sorted(claims(framework)) == sorted(expected.items())


def test_checks_have_the_severity_of_their_control() -> None:
    by_control = {**CONTROLS["nist-800-53-r5"], **CONTROLS["aws-fsbp"], **CONTROLS["aws-resource-tagging"]}
    severities = {check.id: check.severity for check in checks.built_in()}
    expected = {by_control[control]: severity for severity, names in SEVERITIES.items() for control in names}

    assert {check_id: severities[check_id] for check_id in expected} == expected
