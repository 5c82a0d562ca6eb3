"""Parameters: listed in pages, described one by one unless this version of the parameter is in the fact cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.ssm.parameters import Parameter
from auditor.parsers.ssm.parameters import parse

from auditor.aws.collectors.cache_codec import CacheCodec
from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.errors import ApiCallError, MalformedResponse
from auditor.aws.paging import paginate
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.fact import Fact
from auditor.domain.json_types import Json
from auditor.parsers.json_values import MalformedValue

_CODEC = CacheCodec(Parameter, "arn", {})


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    for name, version in _listed(context):
        arn = _arn(context, name)
        parameter = _CODEC.decode(arn, context.cache.cached.get(f"{arn}:{version}"))
        if parameter is None:
            item = _describe(context, name)
            if isinstance(item, Gap):
                yield item
                continue
            parameter = item
        context.cache.store(f"{arn}:{version}", _CODEC.encode(parameter))
        yield parameter
    context.cache.complete = True


def _confirm_cached(context: CollectContext, key: str, cached: Json) -> bool | None:
    """Compare a cached parameter with the one that SSM returns; None if it has another version by now."""
    arn = key.rpartition(":")[0]
    parameter = _describe(context, arn.partition(":parameter")[2])
    if not isinstance(parameter, Parameter) or f"{parameter.arn}:{parameter.version}" != key:
        return None
    return _CODEC.encode(parameter) == cached


def _list_only(context: CollectContext) -> Iterator[Fact | Gap]:
    return (Parameter(_arn(context, name), name, version, "") for name, version in _listed(context))


def _listed(context: CollectContext) -> Iterator[tuple[str, int]]:
    for page in paginate(context.client, "ssm", "DescribeParameters", _names):
        yield from page


def _names(answer: Mapping[str, Any]) -> list[tuple[str, int]]:
    parameters = answer.get("Parameters")
    if not isinstance(parameters, list):
        raise MalformedResponse("no list of parameters")
    return [(parameter["Name"], parameter["Version"]) for parameter in parameters]


def _describe(context: CollectContext, name: str) -> Parameter | Gap:
    def read(answer: Mapping[str, Any]) -> Parameter:
        try:
            return parse(answer.get("Parameter"))
        except MalformedValue as error:
            raise MalformedResponse(str(error)) from error

    try:
        return context.client.call("ssm", "GetParameter", read, Name=name)
    except ApiCallError as error:
        resource = Resource(_arn(context, name), Parameter.TYPE, name)
        return Gap(context.scope, "describe", error.info.reason, error.info.detail, resource)


def _arn(context: CollectContext, name: str) -> str:
    return f"arn:aws:ssm:{context.scope.region}:{context.scope.account.id}:parameter{name}"


collector = Collector(
    name="ssm-parameters",
    service="ssm",
    fact_type=Parameter,
    actions=("ssm:DescribeParameters", "ssm:GetParameter"),
    collect=_collect,
    list_only=_list_only,
    batch=1,
    cost="1 per 10 parameters, 1 per parameter",
    cache_codec=_CODEC,
    confirm_cached=_confirm_cached,
    required_members={"Parameter": ("ARN", "Name", "Version", "Type")},
)
