"""Descriptions in batches: an answer speaks of several things, of some by saying that it could not be had."""

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
from auditor.parsers.json_values import MalformedValue as NotTheThing

#: ECS says it of what has ended or was deleted since it was listed.
_GONE = "MISSING"
_KNOWN = {"ACCESS_DENIED": Reason.PERMISSION_DENIED, "THROTTLED": Reason.THROTTLED}
_LOST = ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.NONE, "NotInAnswer", "The answer does not speak of it")
_DETAIL_LIMIT = 500


@dataclass(frozen=True, slots=True)
class BatchDescribe:
    """A describe operation of ECS that takes several ARNs under `key`, and answers under the same, or `answers`.

    `parse` makes a fact of one of them, and raises the parsers' Malformed. `resource` names
    what could not be read, by its ARN.
    """

    operation: str
    key: str
    size: int
    parse: Callable[[Mapping[str, Any]], Any]
    resource: Callable[[str], Resource]
    answers: str = ""

    def describe_all(self, context: CollectContext, arns: Iterable[str], **parameters: Any) -> Iterator[Any]:  # noqa: ANN401
        """Yield a fact or a gap for each ARN, but for what is gone since it was listed."""
        left = iter(arns)
        while batch := tuple(islice(left, self.size)):
            yield from self._batch(context, batch, parameters)

    def _batch(self, context: CollectContext, arns: Sequence[str], parameters: Mapping[str, Any]) -> Iterator[Any]:
        def read(answer: Mapping[str, Any]) -> dict[str, Any]:
            return self._outcomes(arns, answer)

        try:
            outcomes = context.client.call("ecs", self.operation, read, **{self.key: list(arns)}, **parameters)
        except ApiCallError as error:
            if error.info.reason is Reason.MALFORMED_RESPONSE and len(arns) > 1:
                # One that cannot be understood must not cost the others.
                for arn in arns:
                    yield from self._batch(context, (arn,), parameters)
                return
            outcomes = dict.fromkeys(arns, error.info)
        for arn, outcome in outcomes.items():
            if isinstance(outcome, ErrorInfo):
                yield Gap(context.scope, "describe", outcome.reason, outcome.detail, self.resource(arn))
            elif outcome is not None:
                yield outcome

    def _outcomes(self, arns: Sequence[str], answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return by ARN a fact, a failure, or None for what is gone: whatever was asked about is in it.

        Raises Malformed where the answer is not what it should be, so that it is asked for again.
        """
        key = self.answers or self.key
        found, failures = answer.get(key), answer.get("failures") or []
        if not isinstance(found, list) or not isinstance(failures, list):
            raise MalformedResponse(f"no list of objects under `{key}`")
        facts = {fact.arn: fact for fact in map(self._fact, found)}
        refused = {each.get("arn"): _failure(each) for each in failures if isinstance(each, Mapping)}
        return {arn: facts[arn] if arn in facts else refused.get(arn, _LOST) for arn in arns}

    def _fact(self, raw: Any) -> Any:  # noqa: ANN401 - whatever the parser makes of whatever JSON holds
        try:
            return self.parse(raw)
        except NotTheThing as error:
            raise MalformedResponse(f"{self.key}: {error}") from error


def _failure(raw: Mapping[str, Any]) -> ErrorInfo | None:
    word, detail = str(raw.get("reason") or "no reason given"), raw.get("detail")
    if word == _GONE:
        return None
    said = f"{word}: {detail}" if isinstance(detail, str) and detail else word
    return ErrorInfo(_KNOWN.get(word, Reason.SERVICE_ERROR), RetryAction.NONE, word, said[:_DETAIL_LIMIT])
