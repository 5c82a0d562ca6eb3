"""What each member of a document can be, for those that a file leaves open.

A member with few possible values is tried with each of them. One that may be anything is tried with two, only to see
which facts it becomes part of: these are then handed to the checks as something that nobody may look into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from auditor.iac.unresolved import ABSENT, Unknown

#: Long-lived keys of AWS have this shape. This one is made up.
_LIKE_A_SECRET = "AKIA" + "Q3EGRIZ7X5M2LWTB"


class Free(Enum):
    """Two values of something that may be anything: a check that can tell them apart depends on it."""

    ONE = "one"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Field:
    """What an open member can be: `options` are all the values that matter, `Free.ONE` where it may be anything."""

    name: str
    options: tuple[Any, ...] = (Free.ONE,)
    samples: tuple[Any, Any] | None = None

    def value(self, option: object, expression: str) -> Any:  # noqa: ANN401 - plain data
        """Return what stands in the document for one of the options."""
        if not isinstance(option, Free):
            return list(option) if isinstance(option, tuple) else option
        one, other = self.samples or (marked(expression), marked(f"{expression} "))
        return one if option is Free.ONE else other


def marked(expression: str) -> str:
    """Return an expression as a text that no document holds by itself."""
    return f"\ue000{expression}\ue001"


def unmarked(text: str) -> str:
    """Return a text with the expressions in it as the file has them."""
    return text.replace("\ue000", "").replace("\ue001", "")


def field_of(unknown: Unknown, key: str, parent: str) -> Field:
    """Return what `unknown` can be as the member `key` of an object that is, or is listed in, `parent`.

    `key` ends in `[]` where it is an item of a list.
    """
    name = f"{parent}.{key}" if key in _BY_PARENT else key
    if name == "environment.value":
        return Field(name, ("", _LIKE_A_SECRET) if unknown.likeness is None else (unknown.likeness,))
    if unknown.choices and name not in _SAMPLES:
        return Field(name, unknown.choices)
    if name in _OPTIONS:
        return Field(name, _OPTIONS[name])
    if name in _OBJECTS:
        return Field(name, (ABSENT, Free.ONE), (_OBJECTS[name], ABSENT))
    return Field(name, samples=_SAMPLES.get(name))


def as_text(value: object, key: str, parent: str) -> object:
    """Return a number or truth value as text where the API takes text: templates may write either."""
    if not isinstance(value, bool | int | float) or not _is_text(key, parent):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_text(key: str, parent: str) -> bool:
    return key in _TEXTS or key in _WORDS or (key in _BY_PARENT and parent in ("environment", "tags", "settings"))


_BY_PARENT = frozenset({"value", "mode"})
_LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")

_FLAGS: Mapping[str, tuple[Any, ...]] = dict.fromkeys(
    (
        "privileged",
        "readonlyRootFilesystem",
        "readOnly",
        "enableExecuteCommand",
        "cloudWatchEncryptionEnabled",
        "s3EncryptionEnabled",
    ),
    (ABSENT, True, False),
)
_WORDS: Mapping[str, tuple[Any, ...]] = {
    "networkMode": (ABSENT, "none", "bridge", "awsvpc", "host", "default"),
    "pidMode": (ABSENT, "task", "host"),
    "ipcMode": (ABSENT, "none", "task", "host"),
    "user": (ABSENT, "1000", "root", "0"),
    "operatingSystemFamily": (ABSENT, "LINUX", "WINDOWS_SERVER_2022_CORE"),
    "requiresCompatibilities": (ABSENT, *((each,) for each in _LAUNCH_TYPES), ("EC2", "FARGATE")),
    "requiresCompatibilities[]": (ABSENT, *_LAUNCH_TYPES),
    "transitEncryption": (ABSENT, "ENABLED", "DISABLED"),
    "options.mode": (ABSENT, "blocking", "non-blocking"),
    "launchType": (ABSENT, "EC2", "FARGATE", "EXTERNAL"),
    "assignPublicIp": (ABSENT, "ENABLED", "DISABLED"),
    "managedTerminationProtection": (ABSENT, "ENABLED", "DISABLED"),
    "logging": (ABSENT, "NONE", "DEFAULT", "OVERRIDE"),
    "settings.value": ("disabled", "enabled", "enhanced"),
}
_OPTIONS = {**_FLAGS, **_WORDS}

#: An item of each list that holds more than free words.
_ITEMS: Mapping[str, Any] = {
    "containerDefinitions": {"name": "a", "image": "a", "user": "0"},
    "environment": {"name": "a", "value": ""},
    "secrets": {"name": "a", "valueFrom": "a"},
    "mountPoints": {"sourceVolume": "a", "containerPath": "a"},
    "volumes": {"name": "a", "host": {"sourcePath": "/a"}},
    "devices": {"hostPath": "a"},
    "add": "a",
    "drop": "a",
    "capacityProviderStrategy": {"capacityProvider": "a"},
    "tags": {"key": "a", "value": "a"},
    "settings": {"name": "containerInsights", "value": "enabled"},
}
_ANOTHER_TAG = {"key": "b", "value": "b"}
_SAMPLES: Mapping[str, tuple[Any, Any]] = {
    **{key: ([item], [item, item]) for key, item in _ITEMS.items()},
    **{f"{key}[]": (item, ABSENT) for key, item in _ITEMS.items() if isinstance(item, dict)},
    "tags": ([_ITEMS["tags"]], [_ITEMS["tags"], _ANOTHER_TAG]),
    "settings": ([_ITEMS["settings"]], ABSENT),
    "memory": (512, 513),
    "memoryReservation": (512, 513),
    "desiredCount": (1, 2),
}

_EXEC = {"kmsKeyId": "a", "logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": "a"}}
_NETWORK = {"assignPublicIp": "ENABLED"}
#: Objects that may be missing, each with everything in it that becomes a fact.
_OBJECTS: Mapping[str, Any] = {
    "logConfiguration": {"logDriver": "a", "options": {"mode": "a"}},
    "options": {"mode": "a"},
    "linuxParameters": {"capabilities": {"add": ["a"], "drop": ["a"]}, "devices": [{"hostPath": "a"}]},
    "capabilities": {"add": ["a"], "drop": ["a"]},
    "runtimePlatform": {"operatingSystemFamily": "a"},
    "host": {"sourcePath": "a"},
    "efsVolumeConfiguration": {"transitEncryption": "a"},
    "networkConfiguration": {"awsvpcConfiguration": _NETWORK},
    "awsvpcConfiguration": _NETWORK,
    "configuration": {"executeCommandConfiguration": _EXEC},
    "executeCommandConfiguration": _EXEC,
    "autoScalingGroupProvider": {"autoScalingGroupArn": "a", "managedTerminationProtection": "ENABLED"},
}

_TEXTS = frozenset(
    {
        "name",
        "image",
        "family",
        "sourceVolume",
        "containerPath",
        "sourcePath",
        "hostPath",
        "logDriver",
        "taskRoleArn",
        "executionRoleArn",
        "platformVersion",
        "taskDefinition",
        "cluster",
        "service",
        "serviceName",
        "clusterName",
        "capacityProvider",
    }
)
