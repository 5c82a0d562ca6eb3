"""The task definitions of the teams that build products. Every name, number and image is made up; `expect` is by hand.

What is not said of a container is as it should be (see `Box`), so what is written here is what is worth a look.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.demo.model import CANARY, Box, Family, Mount, Revision, Volume, bridge, fargate, host, unnamed
from auditor.domain.check import Status

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE

AGENTS = {"team": "observability", "managed-by": "terraform"}
DOCKER_SOCKET = Volume("docker-socket", "/var/run/docker.sock")
SAFE_EXPORTER = Family(
    "node-exporter", PASS, (host(Box("node-exporter", "acme/node-exporter:v1.9.1", user="65534:65534")),), tags=AGENTS
)
IMAGE_DECIDES = Family(
    "log-router", PASS, (host(Box("fluent-bit", "acme/fluent-bit:4.0.3", privileged=False)),), tags=AGENTS
)

_DATADOG = Box("agent", "public.ecr.aws/datadog/agent:7.60.0", user="root", privileged=True)
_PROC = Volume("proc", "/proc")

PAYMENTS_PROD = (
    Family(  # the key is out of the latest revision; us-east-1 still runs the one before
        "checkout-api",
        NOT_APPLICABLE,
        (
            fargate(
                Box("api", "acme/checkout-api:4.12.0", "10001", environment={"PSP_API_KEY": CANARY + "psp-5f0c"}),
            ),
            fargate(
                Box(
                    "api",
                    "acme/checkout-api:4.13.1",
                    "10001",
                    environment={"LOG_LEVEL": CANARY + "info"},
                    secrets=("PSP_API_KEY",),
                ),
                Box("envoy", "acme/envoy:v1.33.0", "1337"),
            ),
        ),
        tags={"team": "checkout", "tier": "1"},
        expect_older={1: NOT_APPLICABLE},
    ),
    Family(  # an old sin, fixed two revisions ago and deregistered, that still runs in us-east-1
        "datadog-agent",
        PASS,
        (
            replace(
                host(replace(_DATADOG, mounts=(Mount("docker-socket", "/var/run/docker.sock"),))),
                volumes=(DOCKER_SOCKET,),
            ),
            host(Box("agent", "public.ecr.aws/datadog/agent:7.66.1", user="root")),
            host(
                Box("agent", "public.ecr.aws/datadog/agent:7.71.0", "dd-agent", secrets=("DD_API_KEY",)),
                Box("trace-agent", "public.ecr.aws/datadog/agent:7.71.0", "dd-agent", privileged=False),
            ),
        ),
        tags=AGENTS,
        expect_older={1: FAIL},
        deregistered=(1,),
    ),
    Family(
        "hsm-bridge",
        FAIL,
        (host(Box("pkcs11-proxy", "acme/hsm-bridge:1.4.2", "root", environment={"HSM_PIN": CANARY + "pin-4411"})),),
        regions=("eu-central-1",),
        tags={"team": "payments", "pci": "true"},
    ),
    Family(
        "ledger-worker",
        NOT_APPLICABLE,
        (fargate(Box("worker", "acme/ledger:2.8.0", user="10001", secrets=("LEDGER_DB_PASSWORD",))),),
        tags={"team": "payments", "pci": "true"},
    ),
    SAFE_EXPORTER,
)

PAYMENTS_STAGING = (
    Family(
        "checkout-api",
        NOT_APPLICABLE,
        (fargate(Box("api", "acme/checkout-api:4.14.0-rc2", user="10001", secrets=("PSP_API_KEY",))),),
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
    Family(  # keys of a person, for the bucket with the scenarios
        "load-generator",
        NOT_APPLICABLE,
        (
            bridge(
                Box(
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
    Family(  # went bad with its latest revision, which is not deployed everywhere yet
        "edge-proxy",
        FAIL,
        (
            host(Box("nginx", "acme/nginx-unprivileged:1.27", user="101")),
            host(Box("nginx", "nginx:1.29", user="0:0", read_only=False)),
        ),
        tags={"team": "storefront", "tier": "1"},
        expect_older={1: PASS},
    ),
    IMAGE_DECIDES,
    Family(
        "search-indexer",
        NOT_APPLICABLE,
        (bridge(Box("indexer", "acme/search-indexer:9.0.4", user="search", memory=None)),),
        tags={"team": "search"},
    ),
    Family(
        "storefront-web",
        NOT_APPLICABLE,
        (
            fargate(Box("web", "acme/storefront:2026.10.1", user="node")),
            fargate(Box("web", "acme/storefront:2026.11.3", user="node")),
        ),
        tags={"team": "storefront", "tier": "1"},
        expect_older={1: NOT_APPLICABLE},
    ),
)

DATA_LAKE = (
    Family(
        "airflow-scheduler",
        NOT_APPLICABLE,
        (
            replace(
                fargate(
                    Box(
                        "scheduler",
                        "apache/airflow:3.0.2",
                        "50000:0",
                        environment={"AIRFLOW__CORE__FERNET_KEY": CANARY + "fernet-c0de"},
                        read_only=False,
                        mounts=(Mount("dags", "/opt/airflow/dags"),),
                    )
                ),
                volumes=(Volume("dags", tls=False),),
                one_role=True,
            ),
        ),
        regions=("eu-central-1", "eu-west-1"),
        tags={"team": "data-platform"},
    ),
    Family(  # one good container does not clear its neighbour
        "hdfs-datanode",
        FAIL,
        (
            Revision(
                "host",
                (
                    Box("datanode", "acme/hadoop:3.4.1", user="hdfs", log_mode=None),
                    Box(
                        "disk-health",
                        "acme/disk-health:0.9",
                        user="0",
                        privileged=True,
                        mounts=(Mount("devices", "/host/dev"),),
                    ),
                    Box("jmx-exporter", "acme/jmx-exporter:1.3.0", user="1001"),
                ),
                volumes=(Volume("devices", "/dev"),),
            ),
        ),
        regions=("eu-central-1", "us-east-1"),
        tags={"team": "data-platform"},
    ),
    Family(
        "spark-history-server",
        PASS,
        (host(Box("history-server", "acme/spark:4.0.0", user="spark")),),
        tags={"team": "data-platform"},
        refused_in="eu-west-1",
    ),
)

IDENTITY_PROD = (
    Family(
        "keycloak",
        NOT_APPLICABLE,
        (
            replace(
                fargate(
                    Box(
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
        "vault-agent", PASS, (host(Box("vault-agent", "acme/vault:1.20", user="100:1000")),), tags={"team": "identity"}
    ),
)

MEDIA_PIPELINE = (
    Family(
        "gpu-monitor",
        FAIL,
        (host(Box("dcgm-exporter", "nvidia/dcgm-exporter:4.2.0", user="1000", privileged=True)),),
        regions=("eu-west-1", "us-east-1"),
        tags={"team": "media"},
    ),
    Family(
        "thumbnailer",
        NOT_APPLICABLE,
        (unnamed(Box("thumbnailer", "acme/thumbnailer:5.1.0", user="root")),),
        tags={"team": "media"},
    ),
    Family(  # frames are handed over through the memory of the host
        "transcoder",
        NOT_APPLICABLE,
        (replace(bridge(Box("ffmpeg", "acme/transcoder:7.2", "root", privileged=True)), ipc_mode="host"),),
        tags={"team": "media"},
    ),
)

IOT_FLEET = (
    Family(
        "device-shadow",
        NOT_APPLICABLE,
        (fargate(Box("shadow", "acme/device-shadow:3.3.3", user="10001")),),
        tags={"team": "iot"},
    ),
    Family(
        "modbus-gateway",
        FAIL,
        (host(Box("gateway", "acme/modbus-gateway:0.7.1", user="0:20", logs=None, adds=("NET_ADMIN", "NET_RAW"))),),
        regions=("eu-central-1",),
        tags={"team": "iot", "site": "plant-3"},
    ),
    Family(
        "mqtt-broker",
        PASS,
        (host(Box("mosquitto", "eclipse-mosquitto:2.0", user="1883:1883", adds=("NET_BIND_SERVICE",))),),
        tags={"team": "iot"},
    ),
)
