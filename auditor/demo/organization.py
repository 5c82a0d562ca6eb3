"""The demo organization as a table. Every name, number and image is made up; `expect` is written by hand."""

from __future__ import annotations

from auditor.demo.model import (
    AUDITOR_ACCOUNT,
    CANARY,
    MANAGEMENT_ACCOUNT,
    Box,
    DemoAccount,
    Family,
    bridge,
    fargate,
    host,
    unnamed,
)
from auditor.domain.check import Status

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE

_AGENTS = {"team": "observability", "managed-by": "terraform"}
_SAFE_EXPORTER = Family(
    "node-exporter", PASS, (host(Box("node-exporter", "prom/node-exporter:v1.9.1", user="65534:65534")),), tags=_AGENTS
)
_IMAGE_DECIDES = Family(
    "log-router", PASS, (host(Box("fluent-bit", "fluent/fluent-bit:4.0.3", privileged=False)),), tags=_AGENTS
)

_PAYMENTS_PROD = (
    Family(
        "checkout-api",
        NOT_APPLICABLE,
        (
            fargate(Box("api", "acme/checkout-api:4.12.0", user="10001")),
            fargate(
                Box("api", "acme/checkout-api:4.13.1", "10001", environment={"PSP_API_KEY": CANARY + "psp-5f0c"}),
                Box("envoy", "envoyproxy/envoy:v1.33.0", "1337"),
            ),
        ),
        tags={"team": "checkout", "tier": "1"},
    ),
    Family(  # an old sin, fixed two revisions ago
        "datadog-agent",
        PASS,
        (
            host(Box("agent", "datadog/agent:7.60.0", user="root", privileged=True)),
            host(Box("agent", "datadog/agent:7.66.1", user="root")),
            host(
                Box("agent", "datadog/agent:7.71.0", "dd-agent", environment={"DD_API_KEY": CANARY + "datadog-91ab"}),
                Box("trace-agent", "datadog/agent:7.71.0", "dd-agent", privileged=False),
            ),
        ),
        tags=_AGENTS,
    ),
    Family(
        "hsm-bridge",
        FAIL,
        (host(Box("pkcs11-proxy", "acme/hsm-bridge:1.4.2", "root", environment={"HSM_PIN": CANARY + "pin-4411"})),),
        regions=("eu-central-1",),
        tags={"team": "payments", "pci": "true"},
    ),
    Family("ledger-worker", NOT_APPLICABLE, (fargate(Box("worker", "acme/ledger:2.8.0", user="10001")),)),
    _SAFE_EXPORTER,
)

_PAYMENTS_STAGING = (
    Family("checkout-api", NOT_APPLICABLE, (fargate(Box("api", "acme/checkout-api:4.14.0-rc2", user="10001")),)),
    Family(
        "datadog-agent",
        FAIL,
        (host(Box("agent", "datadog/agent:7.60.0", privileged=True)),),
        regions=("eu-west-1",),
        tags=_AGENTS,
    ),
    Family("load-generator", NOT_APPLICABLE, (bridge(Box("k6", "grafana/k6:1.2.3", user="root")),)),
    _SAFE_EXPORTER,
)

_STOREFRONT_PROD = (
    Family(  # went bad with its latest revision
        "edge-proxy",
        FAIL,
        (
            host(Box("nginx", "nginxinc/nginx-unprivileged:1.27", user="101")),
            host(Box("nginx", "nginx:1.29", user="0:0")),
        ),
        tags={"team": "storefront", "tier": "1"},
    ),
    _IMAGE_DECIDES,
    Family("search-indexer", NOT_APPLICABLE, (bridge(Box("indexer", "acme/search-indexer:9.0.4")),)),
    Family("storefront-web", NOT_APPLICABLE, (fargate(Box("web", "acme/storefront:2026.11.3", user="node")),)),
)

_DATA_LAKE = (
    Family(
        "airflow-scheduler",
        NOT_APPLICABLE,
        (
            fargate(
                Box(
                    "scheduler",
                    "apache/airflow:3.0.2",
                    "50000:0",
                    environment={"AIRFLOW__CORE__FERNET_KEY": CANARY + "fernet-c0de"},
                )
            ),
        ),
    ),
    Family(  # one good container does not clear its neighbour
        "hdfs-datanode",
        FAIL,
        (
            host(
                Box("datanode", "apache/hadoop:3.4.1", user="hdfs"),
                Box("disk-health", "acme/disk-health:0.9", user="0", privileged=True),
                Box("jmx-exporter", "bitnami/jmx-exporter:1.3.0", user="1001"),
            ),
        ),
        regions=("eu-central-1", "us-east-1"),
        tags={"team": "data-platform"},
    ),
    Family(
        "spark-history-server",
        PASS,
        (host(Box("history-server", "apache/spark:4.0.0", user="spark")),),
        tags={"team": "data-platform"},
        refused_in="eu-west-1",
    ),
)

_OBSERVABILITY = (
    Family(
        "cadvisor",
        FAIL,
        (host(Box("cadvisor", "acme/cadvisor:v0.52.1", user="root", privileged=True)),),
        regions=("eu-west-1", "us-east-1"),
        tags=_AGENTS,
    ),
    Family(
        "log-router",
        FAIL,
        (
            host(
                Box("fluent-bit", "fluent/fluent-bit:4.0.3", user="1000"),
                Box("journald-reader", "acme/journald-reader:1.1", user="root:systemd-journal"),
            ),
        ),
        regions=("eu-central-1",),
        tags=_AGENTS,
    ),
    Family("node-exporter", FAIL, (host(Box("node-exporter", "prom/node-exporter:v1.7.0", user="0")),), ("us-east-1",)),
    Family("otel-collector", PASS, (host(Box("collector", "otel/opentelemetry-collector:0.130.0")),), tags=_AGENTS),
    Family("prometheus", NOT_APPLICABLE, (fargate(Box("prometheus", "prom/prometheus:v3.5.0", user="nobody")),)),
)

_IDENTITY_PROD = (
    Family(
        "keycloak",
        NOT_APPLICABLE,
        (fargate(Box("keycloak", "acme/keycloak:26.3", "1000", environment={"KC_DB_PASSWORD": CANARY + "kc-7731"})),),
        tags={"team": "identity"},
    ),
    _SAFE_EXPORTER,
    Family("vault-agent", PASS, (host(Box("vault-agent", "hashicorp/vault:1.20", user="100:1000")),)),
)

_MEDIA_PIPELINE = (
    Family(
        "gpu-monitor",
        FAIL,
        (host(Box("dcgm-exporter", "nvidia/dcgm-exporter:4.2.0", user="1000", privileged=True)),),
        regions=("eu-west-1", "us-east-1"),
        tags={"team": "media"},
    ),
    Family("thumbnailer", NOT_APPLICABLE, (unnamed(Box("thumbnailer", "acme/thumbnailer:5.1.0", user="root")),)),
    Family("transcoder", NOT_APPLICABLE, (bridge(Box("ffmpeg", "acme/transcoder:7.2", "root", privileged=True)),)),
)

_IOT_FLEET = (
    Family("device-shadow", NOT_APPLICABLE, (fargate(Box("shadow", "acme/device-shadow:3.3.3", user="10001")),)),
    Family(
        "modbus-gateway",
        FAIL,
        (host(Box("gateway", "acme/modbus-gateway:0.7.1", user="0:20")),),
        regions=("eu-central-1",),
        tags={"team": "iot", "site": "plant-3"},
    ),
    Family("mqtt-broker", PASS, (host(Box("mosquitto", "eclipse-mosquitto:2.0", user="1883:1883")),)),
)

_CI_RUNNERS = (
    Family("artifact-cache", NOT_APPLICABLE, (unnamed(Box("cache", "acme/artifact-cache:1.0.9", user="1000")),)),
    Family(
        "build-runner",
        FAIL,
        (
            host(
                Box(
                    "runner",
                    "acme/build-runner:2.326",
                    privileged=True,
                    environment={"RUNNER_TOKEN": CANARY + "runner-2b2b"},
                )
            ),
        ),
        regions=("eu-west-1",),
        tags={"team": "developer-experience"},
    ),
    _IMAGE_DECIDES,
)

_SECURITY_TOOLING = (
    Family("auditor", NOT_APPLICABLE, (fargate(Box("auditor", "acme/auditor:1", user="10001:10001")),)),
    Family(  # even the guards are guarded
        "falco",
        FAIL,
        (host(Box("falco", "falcosecurity/falco:0.41.3", user="0:0", privileged=True)),),
        regions=("us-east-1",),
        tags={"team": "security"},
    ),
    _SAFE_EXPORTER,
)

#: In accounts that cannot be looked at, or are not to be: nothing may be said of these.
_OUT_OF_SIGHT = (
    Family("fleet-tracker", FAIL, (host(Box("tracker", "acme/fleet-tracker:0.3", user="root", privileged=True)),)),
)


def _account(number: str, name: str, ou: str, owner: str, families: tuple[Family, ...]) -> DemoAccount:
    environment = "staging" if name.endswith("staging") else "production"
    return DemoAccount(number, name, ou, {"owner": owner, "env": environment}, families)


ACCOUNTS = (
    DemoAccount(
        MANAGEMENT_ACCOUNT,
        "acme-root",
        "",
        {"owner": "platform"},
        exclude="Nothing runs in the management account, by policy ORG-1.",
    ),
    _account("111122223333", "payments-prod", "Workloads/Production", "payments", _PAYMENTS_PROD),
    _account("222233334444", "payments-staging", "Workloads/Staging", "payments", _PAYMENTS_STAGING),
    _account("333344445555", "storefront-prod", "Workloads/Production", "storefront", _STOREFRONT_PROD),
    _account("444455556666", "data-lake", "Data", "data-platform", _DATA_LAKE),
    _account("555566667777", "observability", "Platform", "observability", _OBSERVABILITY),
    _account("666677778888", "identity-prod", "Workloads/Production", "identity", _IDENTITY_PROD),
    DemoAccount(
        "777788889999",
        "media-pipeline",
        "Workloads/Europe-Only",
        {"owner": "media", "env": "production"},
        _MEDIA_PIPELINE,
        denied_regions=("us-east-1",),
    ),
    _account("888899990000", "iot-fleet", "Workloads/Production", "iot", _IOT_FLEET),
    _account("112233445566", "ci-runners", "Platform", "developer-experience", _CI_RUNNERS),
    _account(AUDITOR_ACCOUNT, "security-tooling", "Security", "security", _SECURITY_TOOLING),
    DemoAccount(
        "223344556677",
        "acquired-logistics",
        "Acquisitions",
        {"owner": "logistics", "env": "production"},
        _OUT_OF_SIGHT,
        role_deployed=False,
    ),
    DemoAccount(
        "334455667788",
        "sandbox",
        "Sandbox",
        {"owner": "everyone", "env": "sandbox"},
        _OUT_OF_SIGHT,
        exclude="Emptied every night; accepted in ticket SEC-12.",
    ),
    DemoAccount("445566778899", "legacy-billing", "Suspended", {"owner": "finance"}, _OUT_OF_SIGHT, suspended=True),
)
