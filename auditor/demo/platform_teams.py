"""The task definitions of the platform teams; see `product_teams` for how to read them."""

from __future__ import annotations

from dataclasses import replace

from auditor.demo.model import CANARY, Container, Family, Mount, Revision, Volume, default_network, fargate, host
from auditor.demo.product_teams import (
    AGENTS,
    DOCKER_SOCKET,
    FAIL,
    IMAGE_DECIDES,
    NOT_APPLICABLE,
    PASS,
    SAFE_EXPORTER,
)

_WINDOWS = "WINDOWS_SERVER_2022_CORE"
_BUILDERS = {"team": "developer-experience"}

OBSERVABILITY = (
    Family(
        "cadvisor",
        FAIL,
        (
            Revision(
                "host",
                (
                    Container(
                        "cadvisor",
                        "acme/cadvisor:v0.52.1",
                        user="root",
                        privileged=True,
                        mounts=(Mount("run", "/var/run"), Mount("sys", "/sys")),
                    ),
                ),
                volumes=(Volume("run", "/var/run"), Volume("sys", "/sys")),
            ),
        ),
        regions=("eu-west-1", "us-east-1"),
        tags=AGENTS,
    ),
    Family(  # routes the logs of others but has no log driver itself
        "log-router",
        FAIL,
        (
            host(
                Container("fluent-bit", "acme/fluent-bit:4.0.3", user="1000", log_driver=None),
                Container("journald-reader", "acme/journald-reader:1.1", user="root:systemd-journal", log_driver=None),
            ),
        ),
        regions=("eu-central-1",),
        tags=AGENTS,
    ),
    Family(
        "node-exporter",
        FAIL,
        (
            replace(
                host(Container("node-exporter", "prom/node-exporter:v1.7.0", user="0", memory=None)), pid_mode="host"
            ),
        ),
        ("us-east-1",),
    ),
    Family(
        "otel-collector",
        PASS,
        (host(Container("collector", "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3")),),
        tags=AGENTS,
    ),
    Family(
        "prometheus",
        NOT_APPLICABLE,
        (
            replace(
                fargate(
                    Container(
                        "prometheus", "acme/prometheus:v3.5.0", user="nobody", mounts=(Mount("data", "/prometheus"),)
                    ),
                ),
                volumes=(Volume("data", tls=True),),
            ),
        ),
        tags=AGENTS,
    ),
)

CI_RUNNERS = (
    Family(
        "artifact-cache",
        NOT_APPLICABLE,
        (default_network(Container("cache", "acme/artifact-cache:1.0.9", user="1000")),),
        tags=_BUILDERS,
    ),
    Family(
        "build-runner",
        FAIL,
        (
            Revision(
                "host",
                (
                    Container(
                        "runner",
                        "acme/build-runner:2.326",
                        privileged=True,
                        environment={"RUNNER_TOKEN": CANARY + "runner-2b2b"},
                        read_only=False,
                        mounts=(Mount("docker-socket", "/var/run/docker.sock", read_only=False),),
                    ),
                ),
                volumes=(DOCKER_SOCKET,),
                shared_role=True,
            ),
        ),
        regions=("eu-west-1",),
        tags=_BUILDERS,
    ),
    IMAGE_DECIDES,
    Family(
        "windows-build",
        NOT_APPLICABLE,
        (
            replace(
                fargate(
                    Container("msbuild", "acme/windows-build:17.14", user="ContainerAdministrator", read_only=False),
                ),
                os_family=_WINDOWS,
            ),
        ),
        regions=("eu-west-1",),
        tags=_BUILDERS,
    ),
    Family(
        "windows-signing",
        NOT_APPLICABLE,
        (
            replace(
                fargate(Container("signtool", "acme/windows-signing:1.6", user="ContainerUser", read_only=False)),
                os_family=_WINDOWS,
            ),
        ),
        regions=("eu-west-1",),
        tags=_BUILDERS,
    ),
)

SECURITY_TOOLING = (
    Family(
        "auditor",
        NOT_APPLICABLE,
        (fargate(Container("auditor", "acme/auditor:1", user="10001:10001")),),
        tags={"team": "security"},
    ),
    Family(  # a security tool fails, too
        "falco",
        FAIL,
        (replace(host(Container("falco", "acme/falco:0.41.3", user="0:0", privileged=True)), pid_mode="host"),),
        regions=("us-east-1",),
        tags={"team": "security"},
    ),
    SAFE_EXPORTER,
)

#: Definitions in accounts that are excluded or cannot be read: no finding may mention them.
UNAUDITED = (
    Family(
        "fleet-tracker", FAIL, (host(Container("tracker", "acme/fleet-tracker:0.3", user="root", privileged=True)),)
    ),
)
