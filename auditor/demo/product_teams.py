"""The task definitions of the product teams. All names, account IDs and images are fictitious.

The expected statuses are written by hand. The defaults of a container pass every check (see `Container`), so only
deviations are written here.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.demo.model import (
    CANARY,
    Container,
    Family,
    Mount,
    Revision,
    Volume,
    bridge,
    fargate,
    host,
)
from auditor.domain.check import Status

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE

AGENTS = {"team": "observability", "managed-by": "terraform"}
DOCKER_SOCKET = Volume("docker-socket", "/var/run/docker.sock")
SAFE_EXPORTER = Family(
    "node-exporter",
    PASS,
    (host(Container("node-exporter", "acme/node-exporter:v1.9.1", user="65534:65534")),),
    tags=AGENTS,
)
IMAGE_DECIDES = Family(
    "log-router", PASS, (host(Container("fluent-bit", "acme/fluent-bit:4.0.3", privileged=False)),), tags=AGENTS
)

_DATADOG = Container("agent", "public.ecr.aws/datadog/agent:7.60.0", user="root", privileged=True)
_PROC = Volume("proc", "/proc")

PAYMENTS_PROD = (
    Family(  # the latest revision no longer contains the key; us-east-1 still runs the one before
        "checkout-api",
        NOT_APPLICABLE,
        (
            fargate(
                Container("api", "acme/checkout-api:4.12.0", "10001", environment={"PSP_API_KEY": CANARY + "psp-5f0c"}),
            ),
            fargate(
                Container(
                    "api",
                    "acme/checkout-api:4.13.1",
                    "10001",
                    environment={"LOG_LEVEL": CANARY + "info"},
                    secrets=("PSP_API_KEY",),
                ),
                Container("envoy", "acme/envoy:v1.33.0", "1337"),
            ),
        ),
        tags={"team": "checkout", "tier": "1"},
        expected_older={1: NOT_APPLICABLE},
    ),
    Family(  # fixed two revisions ago; the failing revision is deregistered but still runs in us-east-1
        "datadog-agent",
        PASS,
        (
            replace(
                host(replace(_DATADOG, mounts=(Mount("docker-socket", "/var/run/docker.sock"),))),
                volumes=(DOCKER_SOCKET,),
            ),
            host(Container("agent", "public.ecr.aws/datadog/agent:7.66.1", user="root")),
            host(
                Container("agent", "public.ecr.aws/datadog/agent:7.71.0", "dd-agent", secrets=("DD_API_KEY",)),
                Container("trace-agent", "public.ecr.aws/datadog/agent:7.71.0", "dd-agent", privileged=False),
            ),
        ),
        tags=AGENTS,
        expected_older={1: FAIL},
        deregistered=(1,),
    ),
    Family(
        "hsm-bridge",
        FAIL,
        (
            host(
                Container("pkcs11-proxy", "acme/hsm-bridge:1.4.2", "root", environment={"HSM_PIN": CANARY + "pin-4411"})
            ),
        ),
        regions=("eu-central-1",),
        tags={"team": "payments", "pci": "true"},
    ),
    Family(
        "ledger-worker",
        NOT_APPLICABLE,
        (fargate(Container("worker", "acme/ledger:2.8.0", user="10001", secrets=("LEDGER_DB_PASSWORD",))),),
        tags={"team": "payments", "pci": "true"},
    ),
    SAFE_EXPORTER,
)

PAYMENTS_STAGING = (
    Family(
        "checkout-api",
        NOT_APPLICABLE,
        (fargate(Container("api", "acme/checkout-api:4.14.0-rc2", user="10001", secrets=("PSP_API_KEY",))),),
        tags={"team": "checkout"},
    ),
    Family(
        "datadog-agent",
        FAIL,
        (
            Revision(
                "host",
                (
                    replace(
                        _DATADOG,
                        user=None,
                        log_mode=None,
                        read_only=False,
                        mounts=(Mount("docker-socket", "/var/run/docker.sock", read_only=False),),
                    ),
                ),
                volumes=(DOCKER_SOCKET,),
            ),
        ),
        regions=("eu-west-1",),
        tags=AGENTS,
    ),
    Family(  # a person's access key, for the bucket with the test scenarios
        "load-generator",
        NOT_APPLICABLE,
        (
            bridge(
                Container(
                    "k6",
                    "grafana/k6:1.2.3",
                    user="root",
                    environment={
                        "AWS_ACCESS_KEY_ID": CANARY + "akid",
                        "AWS_SECRET_ACCESS_KEY": CANARY + "k6-8d21",
                    },
                )
            ),
        ),
        regions=("eu-west-1",),
    ),
    SAFE_EXPORTER,
)

STOREFRONT_PROD = (
    Family(  # fails since its latest revision, which is not deployed everywhere yet
        "edge-proxy",
        FAIL,
        (
            host(Container("nginx", "acme/nginx-unprivileged:1.27", user="101")),
            host(Container("nginx", "nginx:1.29", user="0:0", read_only=False)),
        ),
        tags={"team": "storefront", "tier": "1"},
        expected_older={1: PASS},
    ),
    IMAGE_DECIDES,
    Family(
        "search-indexer",
        NOT_APPLICABLE,
        (bridge(Container("indexer", "acme/search-indexer:9.0.4", user="search", memory=None)),),
        tags={"team": "search"},
    ),
    Family(
        "storefront-web",
        NOT_APPLICABLE,
        (
            fargate(Container("web", "acme/storefront:2026.10.1", user="node")),
            fargate(Container("web", "acme/storefront:2026.11.3", user="node")),
        ),
        tags={"team": "storefront", "tier": "1"},
        expected_older={1: NOT_APPLICABLE},
    ),
)

IDENTITY_PROD = (
    Family(
        "keycloak",
        NOT_APPLICABLE,
        (
            replace(
                fargate(
                    Container(
                        "keycloak",
                        "acme/keycloak:26.3",
                        "1000",
                        secrets=("KC_DB_PASSWORD",),
                        read_only=False,
                        mounts=(Mount("themes", "/opt/keycloak/themes"),),
                    )
                ),
                volumes=(Volume("themes", tls=True),),
            ),
        ),
        tags={"team": "identity"},
    ),
    SAFE_EXPORTER,
    Family(
        "vault-agent",
        PASS,
        (host(Container("vault-agent", "acme/vault:1.20", user="100:1000")),),
        tags={"team": "identity"},
    ),
)
