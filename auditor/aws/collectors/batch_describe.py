"""Descriptions in batches: one answer describes several resources, and lists those that it could not describe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    """

    service: str
    failure_codes: FailureCodes
    operation: str
    key: str
    size: int
    parse: Callable[[Mapping[str, Any]], Any]
    resource: Callable[[str], Resource]
    answer_key: str = ""

    def describe_all(self, context: CollectContext, arns: Iterable[str], **parameters: Any) -> Iterator[Any]:
        """Yield a fact or a gap for each ARN, except for resources that were deleted since they were listed."""
        remaining = iter(arns)
        while batch := tuple(islice(remaining, self.size)):
            yield from self._batch(context, batch, parameters)

    def _batch(self, context: CollectContext, arns: Sequence[str], parameters: Mapping[str, Any]) -> Iterator[Any]:
        def read(answer: Mapping[str, Any]) -> dict[str, Any]:
            return self._results(arns, answer)

        try:
            results = context.client.call(self.service, self.operation, read, **{self.key: list(arns)}, **parameters)
        except ApiCallError as error:
            if error.info.reason is Reason.MALFORMED_RESPONSE and len(arns) > 1:
                # One malformed description must not hide the others, so each is requested on its own.
                for arn in arns:
                    yield from self._batch(context, (arn,), parameters)
                return
            results = dict.fromkeys(arns, error.info)
        for arn, result in results.items():
            if isinstance(result, ErrorInfo):
                yield Gap(context.scope, "describe", result.reason, result.detail, self.resource(arn))
            elif result is not None:
                yield result

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
