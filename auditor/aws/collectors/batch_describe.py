"""Descriptions in batches: one answer describes several resources, and lists those that it could not describe."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from auditor.aws.collectors.collector import CollectContext
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.reason import Reason
from auditor.parsers.json_values import MalformedValue

_NOT_IN_ANSWER = ErrorInfo(
    Reason.MALFORMED_RESPONSE, RetryAction.NONE, "NotInAnswer", "The answer does not mention this resource"
)
_DETAIL_LIMIT = 500
_TAGS = "TAGS"
#: Codes of errors that one argument of a call can cause.
REFUSED_ARGUMENT = frozenset({"InvalidParameterException", "ClientException"})

#: Returns the resources that are still listed, of some that AWS calls missing, and a gap if they cannot be listed.
ListAgain = Callable[[Sequence[str]], tuple[Iterable[str], Gap | None]]


@dataclass(frozen=True, slots=True)
class FailureCodes:
    """The codes that a service reports for resources that it could not describe.

    `gone` are the codes of resources that were deleted since they were listed; `reasons` maps other codes. A code in
    neither is a service error.
    """

    gone: frozenset[str]
    reasons: Mapping[str, Reason]


@dataclass(frozen=True, slots=True)
class BatchDescribe:
    """A describe operation for at most `size` ARNs under `key`, which answers under `answer_key` or the same key.

    `parse` returns a fact with an `arn`, and raises MalformedValue. `resource` names an unreadable resource by its ARN.
    Failures are listed under `failures`, with `arn`, `reason` and `detail`.

    Resources of some kinds, such as tasks, end by themselves (`ends_by_itself`). If only some of a batch are missing,
    they have ended; if all of them are, the answer is doubtful.
    """

    service: str
    failure_codes: FailureCodes
    operation: str
    key: str
    size: int
    parse: Callable[[Mapping[str, Any]], Any]
    resource: Callable[[str], Resource]
    answer_key: str = ""
    ends_by_itself: bool = False

    def describe_all(
        self,
        context: CollectContext,
        arns: Iterable[str],
        list_again: ListAgain,
        **parameters: Any,
    ) -> Iterator[Any]:
        """Yield a fact or a gap for each ARN, except for resources that were deleted since they were listed.

        A resource that AWS calls missing gets a second look: `list_again` tells whether it is still listed. If it is,
        it is described once more, and is a gap if it is still missing.
        """
        missing: list[str] = []
        for batch in _batches(arns, self.size):
            results = self._describe(context, batch, parameters)
            yield from (result for result in results.values() if result is not None)
            missing += self._doubtful(results)
        if missing:
            yield from self._second_look(context, missing, list_again, parameters)

    def _doubtful(self, results: Mapping[str, Any]) -> list[str]:
        """Return the ARNs that AWS calls missing, unless it is normal that some of them have ended."""
        missing = [arn for arn, result in results.items() if result is None]
        return [] if self.ends_by_itself and len(missing) < len(results) else missing

    def _second_look(
        self, context: CollectContext, missing: Sequence[str], list_again: ListAgain, parameters: Mapping[str, Any]
    ) -> Iterator[Any]:
        listed, gap = list_again(missing)
        still_listed = set(listed)
        for batch in _batches((arn for arn in missing if arn in still_listed), self.size):
            results = self._describe(context, batch, parameters)
            yield from (result for result in results.values() if result is not None)
            for arn in self._doubtful(results):
                detail = f"{self.operation} does not find it, although it is still listed"
                yield Gap(context.scope, "describe", Reason.CONTRADICTORY_RESPONSE, detail, self.resource(arn))
        if gap is not None:
            for arn in missing:
                if arn not in still_listed:
                    detail = f"{self.operation} does not find it, and the list could not be read again: {gap.detail}"
                    yield Gap(context.scope, "describe", gap.reason, detail, self.resource(arn))

    def _describe(self, context: CollectContext, arns: Sequence[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return for every ARN a fact, a gap, or None if AWS calls the resource missing."""

        def read(answer: Mapping[str, Any]) -> dict[str, Any]:
            return self._results(arns, answer)

        try:
            results = context.client.call(self.service, self.operation, read, **{self.key: list(arns)}, **parameters)
        except ApiCallError as error:
            if len(arns) > 1 and _may_be_due_to_one(error.info):
                # One malformed description or refused ARN must not hide the others.
                return {arn: self._describe(context, (arn,), parameters)[arn] for arn in arns}
            if error.info.code in REFUSED_ARGUMENT and (fewer := without_tags(parameters)) is not None:
                results = self._describe(context, arns, fewer)
                return {arn: with_unread_tags(result) for arn, result in results.items()}
            results = dict.fromkeys(arns, error.info)
        return {arn: self._gap(context, arn, result) for arn, result in results.items()}

    def _gap(self, context: CollectContext, arn: str, result: Any) -> Any:
        if not isinstance(result, ErrorInfo):
            return result
        return Gap(context.scope, "describe", result.reason, result.detail, self.resource(arn))

    def _results(self, arns: Sequence[str], answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return for every requested ARN a fact, an error, or None if the resource was deleted.

        Raises MalformedResponse if the answer does not have the documented form, so that the call is repeated.
        """
        key = self.answer_key or self.key
        descriptions, failures = answer.get(key), answer.get("failures") or []
        if not isinstance(descriptions, list) or not isinstance(failures, list):
            raise MalformedResponse(f"no list of objects under `{key}`")
        facts = {fact.arn: fact for fact in map(self._fact, descriptions)}
        errors = {failure.get("arn"): self._error(failure) for failure in failures if isinstance(failure, Mapping)}
        return {arn: facts[arn] if arn in facts else errors.get(arn, _NOT_IN_ANSWER) for arn in arns}

    def _fact(self, raw: Any) -> Any:
        try:
            return self.parse(raw)
        except MalformedValue as error:
            raise MalformedResponse(f"{self.key}: {error}") from error

    def _error(self, failure: Mapping[str, Any]) -> ErrorInfo | None:
        code, detail = str(failure.get("reason") or "no reason given"), failure.get("detail")
        if code in self.failure_codes.gone:
            return None
        message = f"{code}: {detail}" if isinstance(detail, str) and detail else code
        reason = self.failure_codes.reasons.get(code, Reason.SERVICE_ERROR)
        return ErrorInfo(reason, RetryAction.NONE, code, message[:_DETAIL_LIMIT])


def without_tags(parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the parameters of a describe call without the request for tags, or None if they do not request tags.

    ECS refuses that request for resources whose ARNs have the old format (ECS developer guide, "ARNs and IDs").
    """
    include = parameters.get("include", ())
    if _TAGS not in include:
        return None
    others = [name for name in include if name != _TAGS]
    fewer = {key: value for key, value in parameters.items() if key != "include"}
    return {**fewer, "include": others} if others else fewer


def with_unread_tags(item: Any) -> Any:
    """Return a fact without its tags, which were not requested; anything else as it is."""
    return item if item is None or isinstance(item, Gap) else replace(item, tags=None)


def _may_be_due_to_one(info: ErrorInfo) -> bool:
    return info.reason is Reason.MALFORMED_RESPONSE or info.code in REFUSED_ARGUMENT


def _batches(arns: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    remaining = iter(arns)
    while batch := tuple(islice(remaining, size)):
        yield batch
