"""Parse container definitions into facts.

Only this package sees the values of environment variables, commands, options and labels. It checks whether a value
looks like a secret, and keeps the result.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.ecs.containers import Container, Mount, SecretText, Variable
from auditor.domain.secret_match import SecretMatch
from auditor.parsers import json_values
from auditor.secret_detection import detect_in_command, detect_secret


def containers(raw: object, path: str = "containerDefinitions") -> tuple[Container, ...]:
    """Return the containers of a definition; none if `raw` is None. Raises MalformedValue."""
    return tuple(_container(container, container_path) for container, container_path in json_values.objects(raw, path))


def _container(raw: Mapping[str, Any], path: str) -> Container:
    logs = json_values.optional_object(raw.get("logConfiguration"), f"{path}.logConfiguration")
    options = json_values.optional_object(logs.get("options"), f"{path}.logConfiguration.options")
    linux = json_values.optional_object(raw.get("linuxParameters"), f"{path}.linuxParameters")
    capabilities = json_values.optional_object(linux.get("capabilities"), f"{path}.linuxParameters.capabilities")
    return Container(
        name=json_values.optional_text(raw.get("name"), f"{path}.name") or "",
        image=json_values.optional_text(raw.get("image"), f"{path}.image") or "",
        user=json_values.text_or_number(raw.get("user"), f"{path}.user"),
        privileged=json_values.boolean(raw.get("privileged"), f"{path}.privileged"),
        readonly_root=json_values.boolean(raw.get("readonlyRootFilesystem"), f"{path}.readonlyRootFilesystem"),
        environment=_environment(raw.get("environment"), f"{path}.environment"),
        secrets=_secret_names(raw.get("secrets"), f"{path}.secrets"),
        log_driver=json_values.optional_text(logs.get("logDriver"), f"{path}.logConfiguration.logDriver"),
        log_mode=json_values.optional_text(options.get("mode"), f"{path}.logConfiguration.options.mode"),
        memory=json_values.non_negative_int(raw.get("memory"), f"{path}.memory"),
        memory_reservation=json_values.non_negative_int(raw.get("memoryReservation"), f"{path}.memoryReservation"),
        capabilities_added=json_values.string_list(capabilities.get("add"), f"{path}.linuxParameters.capabilities.add"),
        capabilities_dropped=json_values.string_list(
            capabilities.get("drop"), f"{path}.linuxParameters.capabilities.drop"
        ),
        mounts=_mounts(raw.get("mountPoints"), f"{path}.mountPoints"),
        devices=_devices(linux.get("devices"), f"{path}.linuxParameters.devices"),
        secret_texts=tuple(_secret_texts(raw, path)),
        environment_files=bool(raw.get("environmentFiles")),
    )


def _environment(raw: object, path: str) -> tuple[Variable, ...]:
    if not raw and isinstance(raw, list):
        return ()
    return tuple(_variable(variable, variable_path) for variable, variable_path in json_values.objects(raw, path))


def _variable(raw: Mapping[str, Any], path: str) -> Variable:
    name = json_values.optional_text(raw.get("name"), f"{path}.name") or ""
    return Variable(name, secret_match(name, raw.get("value"), f"{path}.value"))


def _secret_texts(raw: Mapping[str, Any], path: str) -> Iterator[SecretText]:
    """Yield the texts of a container outside its environment that look like secrets."""
    health = json_values.optional_object(raw.get("healthCheck"), f"{path}.healthCheck")
    commands = {
        "command": raw.get("command"),
        "entryPoint": raw.get("entryPoint"),
        "healthCheck.command": health.get("command"),
    }
    for member, command in commands.items():
        if match := detect_in_command(_texts(command, f"{path}.{member}")):
            yield SecretText(member, match)
    yield from secret_members(raw.get("dockerLabels"), "dockerLabels", path)
    for holder in ("logConfiguration", "firelensConfiguration"):
        settings = json_values.optional_object(raw.get(holder), f"{path}.{holder}")
        yield from secret_members(settings.get("options"), f"{holder}.options", path)


def secret_members(raw: object, member: str, path: str) -> Iterator[SecretText]:
    """Yield the values of a map of texts, which is the member `member` of the object at `path`, that look secret."""
    for name, value in json_values.optional_object(raw, f"{path}.{member}").items():
        if match := secret_match(name, value, f"{path}.{member}.{name}"):
            yield SecretText(f"{member}.{name}", match)


def secret_match(name: str, value: object, path: str) -> SecretMatch | None:
    """Return the kind of secret in the value of a variable or option; None if none is found."""
    if value is None or isinstance(value, bool | float):
        # Templates have booleans and fractions where ECS has text. Neither can be a secret.
        return None
    return detect_secret(name, json_values.text_or_number(value, path) or "")


def _texts(raw: object, path: str) -> tuple[str, ...]:
    """Return a list of texts. Templates may contain numbers and booleans, too."""
    if not isinstance(raw, list | tuple):
        return json_values.string_list(raw, path)
    scalars = tuple(str(text) if isinstance(text, bool | int | float) else text for text in raw if text is not None)
    return json_values.string_list(scalars, path)


def _secret_names(raw: object, path: str) -> tuple[str, ...]:
    if not raw and isinstance(raw, list):
        return ()
    return tuple(
        json_values.optional_text(secret.get("name"), f"{secret_path}.name") or ""
        for secret, secret_path in json_values.objects(raw, path)
    )


def _mounts(raw: object, path: str) -> tuple[Mount, ...]:
    if not raw and isinstance(raw, list):
        return ()
    return tuple(
        Mount(
            json_values.optional_text(mount.get("sourceVolume"), f"{mount_path}.sourceVolume") or "",
            json_values.optional_text(mount.get("containerPath"), f"{mount_path}.containerPath") or "",
            json_values.boolean(mount.get("readOnly"), f"{mount_path}.readOnly"),
        )
        for mount, mount_path in json_values.objects(raw, path)
    )


def _devices(raw: object, path: str) -> tuple[str, ...]:
    return tuple(
        json_values.optional_text(device.get("hostPath"), f"{device_path}.hostPath") or ""
        for device, device_path in json_values.objects(raw, path)
    )
