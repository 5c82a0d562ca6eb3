"""The running workloads of each account: clusters, services, standalone tasks, capacity providers, managed daemons."""

from __future__ import annotations

from auditor.demo.model import (
    AccountWorkloads,
    Cluster,
    Container,
    Daemon,
    ExecLogging,
    Mount,
    Provider,
    Revision,
    Service,
    TaskSet,
    Volume,
)
from auditor.demo.product_teams import AGENTS

_EUROPE = ("eu-central-1", "eu-west-1")
_PAYMENTS = {"team": "payments"}
_BUILDERS = {"team": "developer-experience"}


def _agent(family: str, *, revision: int = 0) -> Service:
    """Return the service of an agent on EC2 instances."""
    return Service(family, "EC2", revision, tags=AGENTS)


PAYMENTS_PROD = AccountWorkloads(
    clusters=(
        Cluster(
            "payments",
            (
                Service("checkout-api", count=4, tags={"team": "checkout"}),
                Service("ledger-worker", tags=_PAYMENTS),
                Service("hsm-bridge", "payments-ec2", tags=_PAYMENTS),
                _agent("datadog-agent"),
                _agent("node-exporter"),
            ),
            _EUROPE,
            tags=_PAYMENTS,
        ),
        Cluster(  # outdated: still runs old revisions
            "payments",
            (
                Service("checkout-api", revision=1, tags={"team": "checkout"}),
                Service("ledger-worker", tags=_PAYMENTS),
                _agent("datadog-agent", revision=1),
                _agent("node-exporter"),
            ),
            ("us-east-1",),
            tags=_PAYMENTS,
            exec_logging=None,
        ),
    ),
    providers=(Provider("payments-ec2"),),
)

PAYMENTS_STAGING = AccountWorkloads(
    clusters=(
        Cluster(
            "staging",
            (
                Service("checkout-api", count=1, public_ip=True, exec_enabled=True, tags={"team": "checkout"}),
                Service("load-generator", "staging-ec2", count=1),
                _agent("datadog-agent"),
                _agent("node-exporter"),
            ),
            insights="disabled",
            exec_logging=ExecLogging("NONE"),
        ),
    ),
    providers=(Provider("staging-ec2", protected=False, regions=("eu-west-1",)),),
)

STOREFRONT_PROD = AccountWorkloads(
    clusters=(
        Cluster(
            "storefront",
            (
                Service(
                    "storefront-web",
                    count=6,
                    task_sets=(
                        TaskSet("ecs-svc/4410070133952640001", "PRIMARY"),
                        TaskSet("ecs-svc/4410070133952640002", "ACTIVE", revision=1),
                    ),
                    tags={"team": "storefront"},
                ),
                Service("edge-proxy", "storefront-ec2", draining_revision=1, tags={"team": "storefront"}),
                Service("search-indexer", "storefront-ec2", tags={"team": "search"}),
                _agent("log-router"),
            ),
            _EUROPE,
            tags={"team": "storefront"},
        ),
        Cluster(
            "storefront",
            (
                Service(
                    "storefront-web",
                    task_sets=(
                        TaskSet("ecs-svc/4410070133952640003", "PRIMARY"),
                        TaskSet("ecs-svc/4410070133952640004", "ACTIVE", public_ip=True),
                    ),
                    tags={"team": "storefront"},
                ),
                Service("edge-proxy", "storefront-ec2", revision=1, tags={"team": "storefront"}),
                Service("search-indexer", "storefront-ec2", tags={"team": "search"}),
                _agent("log-router"),
            ),
            ("us-east-1",),
            tags={"team": "storefront"},
        ),
    ),
    providers=(Provider("storefront-ec2"),),
)

DATA_LAKE = AccountWorkloads(
    clusters=(
        Cluster(
            "airflow",
            (Service("airflow-scheduler", platform="1.3.0", count=1, tags={"team": "data-platform"}),),
            _EUROPE,
            tags={"team": "data-platform"},
            insights="enabled",
        ),
        Cluster(
            "hadoop",
            (
                Service("hdfs-datanode", "hadoop-ec2", count=3, tags={"team": "data-platform"}),
                Service("spark-history-server", "hadoop-ec2", count=1, tags={"team": "data-platform"}),
            ),
            ("eu-central-1", "us-east-1"),
            tags={"team": "data-platform"},
            exec_logging=ExecLogging("DEFAULT", kms_key=True),
        ),
    ),
    providers=(Provider("hadoop-ec2", regions=("eu-central-1", "us-east-1")),),
)

OBSERVABILITY = AccountWorkloads(
    clusters=(
        Cluster(
            "telemetry",
            (
                _agent("cadvisor"),
                _agent("log-router"),
                Service("node-exporter", "EC2"),
                _agent("otel-collector"),
                Service("prometheus", count=1, platform="1.4.0", tags=AGENTS),
            ),
            tags=AGENTS,
        ),
    ),
    providers=(Provider("telemetry-ec2"), Provider("telemetry-managed", protected=None)),
    daemons=(
        Daemon(
            "ebpf-profiler",
            "telemetry",
            "telemetry-managed",
            (
                Revision(
                    None,
                    (
                        Container(
                            "profiler",
                            "acme/ebpf-profiler:1.8",
                            user="0",
                            privileged=True,
                            mounts=(Mount("kernel-debug", "/sys/kernel/debug"),),
                        ),
                    ),
                    pid_mode="shared",
                    volumes=(Volume("kernel-debug", "/sys/kernel/debug"),),
                ),
            ),
            ("eu-west-1",),
        ),
        Daemon(
            "host-metrics",
            "telemetry",
            "telemetry-managed",
            (
                Revision(None, (Container("metrics", "acme/host-metrics:2.0", user="0"),)),
                Revision(None, (Container("metrics", "acme/host-metrics:2.1", user="10001"),)),
            ),
        ),
    ),
)

IDENTITY_PROD = AccountWorkloads(
    clusters=(
        Cluster(
            "identity",
            (
                Service("keycloak", tags={"team": "identity"}),
                Service("vault-agent", "EC2", tags={"team": "identity"}),
                _agent("node-exporter"),
            ),
            tags={"team": "identity"},
        ),
    ),
    providers=(Provider("identity-ec2"),),
)

MEDIA_PIPELINE = AccountWorkloads(
    clusters=(
        Cluster(
            "media",
            (
                Service("gpu-monitor", "gpu-spot", count=1, tags={"team": "media"}),
                Service("thumbnailer", "EC2", tags={"team": "media"}),
                Service("transcoder", "gpu-spot", count=3, tags={"team": "media"}),
            ),
            exec_logging=None,
        ),
    ),
    providers=(Provider("gpu-spot", protected=False),),
)

IOT_FLEET = AccountWorkloads(
    clusters=(
        Cluster(
            "iot",
            (
                Service("device-shadow", tags={"team": "iot"}),
                Service("modbus-gateway", "EC2", count=1, tags={"team": "iot", "site": "plant-3"}),
                Service("mqtt-broker", "EC2", tags={"team": "iot"}),
            ),
            tags={"team": "iot"},
        ),
    ),
)

CI_RUNNERS = AccountWorkloads(
    clusters=(
        Cluster(
            "runners",
            (
                Service("artifact-cache", "runners-ec2", tags=_BUILDERS),
                _agent("log-router"),
            ),
            tags=_BUILDERS,
            standalone_tasks=("build-runner", "windows-build"),
        ),
    ),
    providers=(
        Provider("runners-ec2"),
        Provider("runners-managed", protected=None, regions=("eu-west-1",)),
    ),
    daemons=(
        Daemon(
            "image-prefetch",
            "runners",
            "runners-managed",
            (
                Revision(
                    None,
                    (
                        Container(
                            "prefetch",
                            "acme/image-prefetch:0.4",
                            user="1000",
                            mounts=(Mount("containerd", "/run/containerd/containerd.sock", read_only=False),),
                        ),
                    ),
                    volumes=(Volume("containerd", "/run/containerd/containerd.sock"),),
                ),
            ),
            ("eu-west-1",),
        ),
    ),
)

SECURITY_TOOLING = AccountWorkloads(
    clusters=(
        Cluster(
            "security",
            (_agent("falco"), _agent("node-exporter")),
            tags={"team": "security"},
            standalone_tasks=("auditor",),
        ),
    ),
)
