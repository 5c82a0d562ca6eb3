"""The task definitions of the data, media and IoT teams; see `product_teams` for how to read them."""

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
    default_network,
    fargate,
    host,
)
from auditor.demo.product_teams import FAIL, NOT_APPLICABLE, PASS

DATA_LAKE = (
    Family(
        "airflow-scheduler",
        NOT_APPLICABLE,
        (
            replace(
                fargate(
                    Container(
                        "scheduler",
                        "apache/airflow:3.0.2",
                        "50000:0",
                        environment={"AIRFLOW__CORE__FERNET_KEY": CANARY + "fernet-c0de"},
                        read_only=False,
                        mounts=(Mount("dags", "/opt/airflow/dags"),),
                    )
                ),
                volumes=(Volume("dags", tls=False),),
                shared_role=True,
            ),
        ),
        regions=("eu-central-1", "eu-west-1"),
        tags={"team": "data-platform"},
    ),
    Family(  # one compliant container does not make up for another one that fails
        "hdfs-datanode",
        FAIL,
        (
            Revision(
                "host",
                (
                    Container("datanode", "acme/hadoop:3.4.1", user="hdfs", log_mode=None),
                    Container(
                        "disk-health",
                        "acme/disk-health:0.9",
                        user="0",
                        privileged=True,
                        mounts=(Mount("devices", "/host/dev"),),
                    ),
                    Container("jmx-exporter", "acme/jmx-exporter:1.3.0", user="1001"),
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
        (host(Container("history-server", "acme/spark:4.0.0", user="spark")),),
        tags={"team": "data-platform"},
        denied_in="eu-west-1",
    ),
)

MEDIA_PIPELINE = (
    Family(
        "gpu-monitor",
        FAIL,
        (host(Container("dcgm-exporter", "nvidia/dcgm-exporter:4.2.0", user="1000", privileged=True)),),
        regions=("eu-west-1", "us-east-1"),
        tags={"team": "media"},
    ),
    Family(
        "thumbnailer",
        NOT_APPLICABLE,
        (default_network(Container("thumbnailer", "acme/thumbnailer:5.1.0", user="root")),),
        tags={"team": "media"},
    ),
    Family(  # passes frames through the host's shared memory
        "transcoder",
        NOT_APPLICABLE,
        (replace(bridge(Container("ffmpeg", "acme/transcoder:7.2", "root", privileged=True)), ipc_mode="host"),),
        tags={"team": "media"},
    ),
)

IOT_FLEET = (
    Family(
        "device-shadow",
        NOT_APPLICABLE,
        (fargate(Container("shadow", "acme/device-shadow:3.3.3", user="10001")),),
        tags={"team": "iot"},
    ),
    Family(
        "modbus-gateway",
        FAIL,
        (
            host(
                Container(
                    "gateway",
                    "acme/modbus-gateway:0.7.1",
                    user="0:20",
                    log_driver=None,
                    added_capabilities=("NET_ADMIN", "NET_RAW"),
                )
            ),
        ),
        regions=("eu-central-1",),
        tags={"team": "iot", "site": "plant-3"},
    ),
    Family(
        "mqtt-broker",
        PASS,
        (
            host(
                Container(
                    "mosquitto", "eclipse-mosquitto:2.0", user="1883:1883", added_capabilities=("NET_BIND_SERVICE",)
                )
            ),
        ),
        tags={"team": "iot"},
    ),
)
