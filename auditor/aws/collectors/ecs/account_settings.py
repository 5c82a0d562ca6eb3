"""Settings of an account and region that decide what a definition leaves open."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from auditor.aws.collectors.collector import CollectContext, OptionalPart
from auditor.aws.errors import ApiCallError, MalformedResponse
from auditor.domain.ecs.task_definitions import DEFAULT_LOG_MODE, Definition

D = TypeVar("D", bound=Definition)

#: What reading the default mode of log drivers needs in addition.
LOG_MODE_PART = {DEFAULT_LOG_MODE: OptionalPart(actions=("ecs:ListAccountSettings",))}

_NAME = "defaultLogDriverMode"
_MODES = frozenset({"blocking", "non-blocking"})
#: The default of AWS since June 25, 2025 (ECS API reference, LogConfiguration).
_DEFAULT_OF_AWS = "non-blocking"
#: Error codes of an endpoint that does not have the setting or the operation.
_NOT_OFFERED = frozenset({"InvalidParameterException", "UnknownOperationException", "InvalidAction"})
#: The mode if it could not be read.
_UNREAD = ""


def with_default_log_mode(context: CollectContext, definition: D) -> D:
    """Return a definition with the account's default mode of log drivers, if a check needs it and it decides.

    The setting is read once in a region.
    """
    if DEFAULT_LOG_MODE not in context.options.needs:
        return definition
    if all(container.log_mode or not container.log_driver for container in definition.containers):
        return definition
    return replace(definition, default_log_mode=_default_log_mode(context))


def _default_log_mode(context: CollectContext) -> str | None:
    mode = context.state.settings.get(_NAME)
    if mode is None:
        try:
            mode = context.client.call(
                "ecs", "ListAccountSettings", _read_mode, name=_NAME, effectiveSettings=True, maxResults=10
            )
        except ApiCallError as error:
            mode = error
        context.state.settings[_NAME] = mode
    if isinstance(mode, ApiCallError):
        return None if mode.info.code in _NOT_OFFERED else _UNREAD
    return mode


def _read_mode(answer: Mapping[str, Any]) -> str:
    settings = answer.get("settings")
    if not isinstance(settings, list) or not all(isinstance(setting, dict) for setting in settings):
        raise MalformedResponse("no list of objects under `settings`")
    modes = [setting.get("value") for setting in settings if setting.get("name") == _NAME]
    if not modes:
        return _DEFAULT_OF_AWS
    if len(modes) > 1 or modes[0] not in _MODES:
        raise MalformedResponse(f"`settings` has the values {modes!r} of {_NAME}")
    return str(modes[0])
