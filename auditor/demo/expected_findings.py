"""The expected findings of each check on some resources of the demo, written by hand from the checks' documentation.

At least one resource fails and one passes each check. A family has one finding per check, for the worst of its
revisions. The tables of the families hold what the host network check reports for every revision.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.domain.check import Status

PASS, FAIL = Status.PASS, Status.FAIL


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A check's status for one resource; `location` is (account name, region, resource name)."""

    check: str
    status: Status
    location: tuple[str, str, str]


def _labels(check: str, *, fail: tuple[str, ...], passes: tuple[str, ...]) -> tuple[ExpectedFinding, ...]:
    """Build the findings of one check; resources are written as account/region/name."""
    statuses = [(FAIL, resource) for resource in fail] + [(PASS, resource) for resource in passes]
    return tuple(ExpectedFinding(check, status, _parse_location(resource)) for status, resource in statuses)


def _parse_location(text: str) -> tuple[str, str, str]:
    account, region, name = text.split("/", 2)
    return account, region, name


_DEFINITIONS = (
    *_labels(
        "ecs-added-capabilities",
        fail=("iot-fleet/eu-central-1/modbus-gateway:1",),
        passes=("iot-fleet/us-east-1/mqtt-broker:1", "observability/eu-west-1/ebpf-profiler:1"),
    ),
    *_labels(
        "ecs-docker-socket-mount",
        fail=(
            "ci-runners/eu-west-1/build-runner:1",
            "ci-runners/eu-west-1/image-prefetch:1",
            "observability/eu-west-1/cadvisor:1",
            "payments-prod/us-east-1/datadog-agent:1",
        ),
        passes=("payments-prod/eu-west-1/datadog-agent:3", "observability/eu-west-1/host-metrics:2"),
    ),
    *_labels(
        "ecs-efs-transit-encryption",
        fail=("data-lake/eu-west-1/airflow-scheduler:1",),
        passes=("identity-prod/us-east-1/keycloak:1", "observability/eu-central-1/prometheus:1"),
    ),
    *_labels(
        "ecs-env-secret-names",
        fail=("payments-staging/eu-west-1/load-generator:1",),
        passes=("payments-prod/us-east-1/checkout-api:1", "ci-runners/eu-west-1/build-runner:1"),
    ),
    *_labels(
        "ecs-env-secret-values",
        fail=(
            "payments-prod/us-east-1/checkout-api:1",
            "payments-staging/eu-west-1/load-generator:1",
            "data-lake/eu-central-1/airflow-scheduler:1",
            "ci-runners/eu-west-1/build-runner:1",
        ),
        passes=("payments-prod/eu-west-1/checkout-api:2", "identity-prod/eu-west-1/keycloak:1"),
    ),
    *_labels(
        "ecs-host-ipc-mode",
        fail=("media-pipeline/eu-central-1/transcoder:1",),
        passes=("media-pipeline/eu-central-1/thumbnailer:1", "observability/eu-west-1/ebpf-profiler:1"),
    ),
    *_labels(
        "ecs-host-network-mode",
        fail=("identity-prod/eu-west-1/node-exporter:1", "payments-prod/us-east-1/datadog-agent:1"),
        passes=("media-pipeline/eu-west-1/transcoder:1", "iot-fleet/eu-west-1/device-shadow:1"),
    ),
    *_labels(
        "ecs-host-network-privileged-or-root",
        fail=("payments-prod/us-east-1/datadog-agent:1", "storefront-prod/us-east-1/edge-proxy:2"),
        passes=("payments-prod/eu-west-1/datadog-agent:3", "ci-runners/us-east-1/log-router:1"),
    ),
    *_labels(
        "ecs-host-path-mount",
        fail=("data-lake/us-east-1/hdfs-datanode:1", "observability/eu-west-1/ebpf-profiler:1"),
        passes=("ci-runners/eu-west-1/build-runner:1", "ci-runners/eu-west-1/image-prefetch:1"),
    ),
    *_labels(
        "ecs-host-pid-mode",
        fail=("security-tooling/us-east-1/falco:1", "observability/eu-west-1/ebpf-profiler:1"),
        passes=("observability/us-east-1/host-metrics:2", "iot-fleet/eu-central-1/modbus-gateway:1"),
    ),
    *_labels(
        "ecs-linux-root-user",
        fail=("media-pipeline/eu-west-1/thumbnailer:1", "observability/us-east-1/otel-collector:1"),
        passes=("observability/eu-west-1/host-metrics:2", "data-lake/us-east-1/spark-history-server:1"),
    ),
    *_labels(
        "ecs-logging-blocking-mode",
        fail=("data-lake/eu-central-1/hdfs-datanode:1",),
        passes=("payments-prod/eu-central-1/ledger-worker:1",),
    ),
    *_labels(
        "ecs-logging-missing",
        fail=("iot-fleet/eu-central-1/modbus-gateway:1", "observability/eu-central-1/log-router:1"),
        passes=("ci-runners/eu-central-1/log-router:1",),
    ),
    *_labels(
        "ecs-memory-hard-limit",
        fail=("storefront-prod/eu-west-1/search-indexer:1", "observability/us-east-1/node-exporter:1"),
        passes=("media-pipeline/eu-west-1/transcoder:1",),
    ),
    *_labels(
        "ecs-not-awsvpc",
        fail=("ci-runners/us-east-1/artifact-cache:1", "storefront-prod/eu-west-1/search-indexer:1"),
        passes=("security-tooling/eu-west-1/auditor:1",),
    ),
    *_labels(
        "ecs-privileged-container",
        fail=("media-pipeline/eu-central-1/transcoder:1", "observability/eu-west-1/ebpf-profiler:1"),
        passes=("iot-fleet/eu-central-1/modbus-gateway:1",),
    ),
    *_labels(
        "ecs-running-inactive-revision",
        fail=("payments-prod/us-east-1/datadog-agent:1",),
        passes=("payments-prod/us-east-1/checkout-api:1", "ci-runners/eu-west-1/windows-build:1"),
    ),
    *_labels(
        "ecs-running-non-latest-revision",
        fail=(
            "payments-prod/us-east-1/checkout-api:1",
            "payments-prod/us-east-1/datadog-agent:1",
            "storefront-prod/eu-west-1/edge-proxy:1",
            "storefront-prod/eu-west-1/storefront-web:1",
        ),
        passes=("payments-prod/eu-west-1/checkout-api:2", "storefront-prod/us-east-1/storefront-web:2"),
    ),
    *_labels(
        "ecs-shared-task-execution-role",
        fail=("data-lake/eu-west-1/airflow-scheduler:1",),
        passes=("identity-prod/eu-west-1/keycloak:1",),
    ),
    *_labels(
        "ecs-task-definition-untagged",
        fail=("payments-staging/eu-west-1/load-generator:1",),
        passes=("payments-prod/eu-west-1/checkout-api:2",),
    ),
    *_labels(
        "ecs-untrusted-image",
        fail=("storefront-prod/us-east-1/edge-proxy:2", "media-pipeline/eu-west-1/gpu-monitor:1"),
        passes=("payments-prod/eu-west-1/datadog-agent:3", "observability/eu-west-1/otel-collector:1"),
    ),
    *_labels(
        "ecs-windows-admin-user",
        fail=("ci-runners/eu-west-1/windows-build:1",),
        passes=("ci-runners/eu-west-1/windows-signing:1",),
    ),
    *_labels(
        "ecs-writable-root-filesystem",
        fail=("identity-prod/us-east-1/keycloak:1", "storefront-prod/eu-central-1/edge-proxy:2"),
        passes=("storefront-prod/eu-central-1/storefront-web:2", "observability/eu-west-1/host-metrics:2"),
    ),
)

_RUNNING = (
    *_labels(
        "ecs-capacity-termination-protection",
        fail=("media-pipeline/eu-west-1/gpu-spot", "payments-staging/eu-west-1/staging-ec2"),
        passes=("payments-prod/us-east-1/payments-ec2", "data-lake/eu-central-1/hadoop-ec2"),
    ),
    *_labels(
        "ecs-cluster-untagged",
        fail=("media-pipeline/eu-west-1/media",),
        passes=("security-tooling/us-east-1/security",),
    ),
    *_labels(
        "ecs-container-insights",
        fail=("payments-staging/eu-central-1/staging",),
        passes=("data-lake/eu-west-1/airflow", "payments-prod/eu-west-1/payments"),
    ),
    *_labels(
        "ecs-exec-logging-off",
        fail=("payments-staging/us-east-1/staging",),
        passes=("media-pipeline/eu-west-1/media", "data-lake/us-east-1/hadoop"),
    ),
    *_labels(
        "ecs-exec-no-cmk",
        fail=("payments-prod/us-east-1/payments", "payments-staging/us-east-1/staging"),
        passes=("payments-prod/eu-west-1/payments", "data-lake/us-east-1/hadoop"),
    ),
    *_labels(
        "ecs-fargate-platform-version",
        fail=("data-lake/eu-west-1/airflow/airflow-scheduler",),
        passes=("observability/eu-west-1/telemetry/prometheus", "iot-fleet/us-east-1/iot/device-shadow"),
    ),
    *_labels(
        "ecs-service-public-ip",
        fail=("payments-staging/eu-west-1/staging/checkout-api",),
        passes=("payments-prod/eu-west-1/payments/checkout-api",),
    ),
    *_labels(
        "ecs-service-untagged",
        fail=("payments-staging/eu-west-1/staging/load-generator",),
        passes=("payments-staging/eu-west-1/staging/checkout-api",),
    ),
    *_labels(
        "ecs-task-set-public-ip",
        fail=("storefront-prod/us-east-1/storefront-web/ecs-svc/4410070133952640004",),
        passes=("storefront-prod/us-east-1/storefront-web/ecs-svc/4410070133952640003",),
    ),
)

EXPECTED_FINDINGS = (*_DEFINITIONS, *_RUNNING)
