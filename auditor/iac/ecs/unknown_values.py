"""The possible values of the members of ECS resources, for those that a file leaves unresolved."""

from collections.abc import Mapping
from typing import Any

from auditor.iac.possible_values import MemberTables
from auditor.iac.unresolved import ABSENT

#: Has the shape of a long-lived AWS access key, which secret detection recognizes. It is made up.
_SECRET = "AKIA" + "Q3EGRIZ7X5M2LWTB"
#: Secret detection recognizes it as a secret that is part of a text, under any name.
_RESOLVED_SECRET = "password=" + "Tr0ub4dor3horse"
_LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")

_FLAGS: Mapping[str, tuple[Any, ...]] = dict.fromkeys(
    (
        *("privileged", "readonlyRootFilesystem", "readOnly", "enableExecuteCommand"),
        *("cloudWatchEncryptionEnabled", "s3EncryptionEnabled"),
    ),
    (ABSENT, True, False),
)
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "networkMode": (ABSENT, "none", "bridge", "awsvpc", "host", "default"),
    "pidMode": (ABSENT, "task", "host"),
    "ipcMode": (ABSENT, "none", "task", "host"),
    "user": (ABSENT, "1000", "root", "0"),
    "operatingSystemFamily": (ABSENT, "LINUX", "WINDOWS_SERVER_2022_CORE"),
    "requiresCompatibilities": (ABSENT, *((launch_type,) for launch_type in _LAUNCH_TYPES), ("EC2", "FARGATE")),
    "requiresCompatibilities[]": (ABSENT, *_LAUNCH_TYPES),
    "platformFamily": ("LINUX", "WINDOWS_SERVER_2022_CORE"),
    "transitEncryption": (ABSENT, "ENABLED", "DISABLED"),
    "driver": (ABSENT, "local", "rexray/ebs"),
    "driverOpts.type": (ABSENT, "none", "nfs4", "overlay", "proc", "tmpfs"),
    "driverOpts.o": (
        ABSENT,
        "bind",
        "bind,ro",
        "lowerdir=/,upperdir=/srv,workdir=/srv",
        "addr=fs-0.efs.us-east-1.amazonaws.com",
    ),
    "options.mode": (ABSENT, "blocking", "non-blocking"),
    "launchType": (ABSENT, "EC2", "FARGATE", "EXTERNAL"),
    "assignPublicIp": (ABSENT, "ENABLED", "DISABLED"),
    "managedTerminationProtection": (ABSENT, "ENABLED", "DISABLED"),
    "logging": (ABSENT, "NONE", "DEFAULT", "OVERRIDE"),
    "memory": (ABSENT, 0, 512),
    "memoryReservation": (ABSENT, 0, 512),
    "settings.value": ("disabled", "enabled", "enhanced"),
}

_LOG_DRIVERS = ("awslogs", "awsfirelens", "fluentd", "gelf", "journald", "json-file", "splunk", "syslog")
#: All words of the API for these members (ECS API reference, of each member).
_WORDS: Mapping[str, frozenset[str]] = {
    **{
        key: frozenset(value for value in _CHOICES[key] if isinstance(value, str))
        for key in ("networkMode", "pidMode", "ipcMode", "transitEncryption", "managedTerminationProtection", "logging")
    },
    "logDriver": frozenset(_LOG_DRIVERS),
    "options.mode": frozenset(("blocking", "non-blocking")),
    "launchType": frozenset(_LAUNCH_TYPES),
    "requiresCompatibilities[]": frozenset(_LAUNCH_TYPES),
}

#: A sample item of each list whose items become parts of facts.
_ITEMS: Mapping[str, Any] = {
    "containerDefinitions": {"name": "a", "image": "a", "user": "0"},
    "environment": {"name": "a", "value": ""},
    "secrets": {"name": "a", "valueFrom": "a"},
    "mountPoints": {"sourceVolume": "a", "containerPath": "a"},
    "volumes": {"name": "a", "host": {"sourcePath": "/a"}},
    "devices": {"hostPath": "a"},
    "environmentFiles": {"value": "a", "type": "s3"},
    "add": "a",
    "drop": "a",
    "capacityProviderStrategy": {"capacityProvider": "a"},
    "tags": {"key": "a", "value": "a"},
    "settings": {"name": "containerInsights", "value": "enabled"},
    "targets": {
        "id": "a",
        "ecsParameters": {"networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}}},
    },
}
_OTHER_TAG = {"key": "b", "value": "b"}
_SAMPLES: Mapping[str, tuple[Any, Any]] = {
    **{key: ([item], [item, item]) for key, item in _ITEMS.items()},
    **{f"{key}[]": (item, ABSENT) for key, item in _ITEMS.items() if isinstance(item, dict)},
    "tags": ([_ITEMS["tags"]], [_ITEMS["tags"], _OTHER_TAG]),
    "settings": ([_ITEMS["settings"]], ABSENT),
    "desiredCount": (1, 2),
}

_EXEC = {"kmsKeyId": "a", "logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": "a"}}
_NETWORK = {"assignPublicIp": "ENABLED"}
_STARTED = {"networkConfiguration": {"awsvpcConfiguration": _NETWORK}}
#: Optional objects, each with every member that becomes part of a fact.
_OBJECTS: Mapping[str, Any] = {
    "logConfiguration": {"logDriver": "a", "options": {"mode": "a"}},
    "options": {"mode": "a"},
    "linuxParameters": {"capabilities": {"add": ["a"], "drop": ["a"]}, "devices": [{"hostPath": "a"}]},
    "capabilities": {"add": ["a"], "drop": ["a"]},
    "runtimePlatform": {"operatingSystemFamily": "a"},
    "host": {"sourcePath": "a"},
    "efsVolumeConfiguration": {"transitEncryption": "a"},
    "dockerVolumeConfiguration": {"driver": "local", "driverOpts": {"o": "bind", "device": "/a"}},
    "driverOpts": {"o": "bind", "device": "/a"},
    "dockerLabels": {"a": "a"},
    "firelensConfiguration": {"options": {"a": "a"}},
    "healthCheck": {"command": [_SECRET]},
    "networkConfiguration": {"awsvpcConfiguration": _NETWORK},
    "awsvpcConfiguration": _NETWORK,
    "awsVpcConfiguration": _NETWORK,
    "ecsParameters": _STARTED,
    "ecsTaskParameters": _STARTED,
    "target": {"ecsParameters": _STARTED},
    "targetParameters": {"ecsTaskParameters": _STARTED},
    "configuration": {"executeCommandConfiguration": _EXEC},
    "executeCommandConfiguration": _EXEC,
    "managedScaling": {"status": "ENABLED"},
    "autoScalingGroupProvider": {
        "autoScalingGroupArn": "a",
        "managedTerminationProtection": "ENABLED",
        "managedScaling": {"status": "ENABLED"},
    },
}

_TEXTS = frozenset(
    (
        *("name", "image", "family", "sourceVolume", "containerPath", "sourcePath", "hostPath", "logDriver"),
        *("taskRoleArn", "executionRoleArn", "platformVersion", "taskDefinition", "cluster", "service"),
        *("serviceName", "clusterName", "capacityProvider"),
    )
)

MEMBERS = MemberTables(
    options={**_FLAGS, **_CHOICES},
    objects=_OBJECTS,
    samples=_SAMPLES,
    texts=_TEXTS | {key for key in _CHOICES if "." not in key} | {"environment.value", "tags.value", "settings.value"},
    qualified=frozenset(("value", "mode", "type", "o")),
    words=_WORDS,
    filled=frozenset(("taskRoleArn", "executionRoleArn")),
    secrets=dict.fromkeys(("environment.value", "command[]", "entryPoint[]"), ("", _SECRET)),
    secret_maps=dict.fromkeys(("options", "dockerLabels"), ("", _SECRET)),
    harmless_keys=("awslogs-",),
    resolved_secret=_RESOLVED_SECRET,
)
