"""The short way to a service that speaks AWS's JSON protocol: signed, sent and read with a fifth of botocore's work.

Nearly every call of a run is one of two ECS operations, and most of what a botocore client does for each of them (rule
sets, parameter shapes, a dozen events, a parse of the whole answer against the model) is the same every time or not
needed. What is kept is botocore's: where the endpoint is, the HTTP session with its proxies, certificates, timeouts and
pool, the `before-send` event, and the understanding of errors. What is left out is measured in tests/fleet/RESULTS.md.

Answers come as the JSON that AWS sent: members that botocore's model does not know are there, and times are numbers.

SigV4 is described in the IAM user guide, "Create a signed AWS API request"; a test compares every signature with
botocore's own signer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.client import BaseClient
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError
from botocore.parsers import create_parser

_REFUSED = 300
_ALGORITHM = "AWS4-HMAC-SHA256"
#: Signing keys are good for a day; this many are kept, so that memory does not grow with the accounts.
_MOST_KEYS = 512


class JsonClient:
    """Calls one service in one region. Safe to share between threads, like the client that it stands on."""

    def __init__(self, client: BaseClient, user_agent: str) -> None:
        """Take what is needed out of a botocore client. Raises ValueError where the short way does not lead there."""
        model = client.meta.service_model
        if not supports(client):
            message = f"{model.service_name} cannot be called the short way"
            raise ValueError(message)
        inside: Any = client
        self._session = inside._endpoint.http_session  # noqa: SLF001 - proxies, certificates and the pool are set up there
        self._events = inside.meta.events
        self._url = f"{client.meta.endpoint_url.rstrip('/')}/"
        self._event_name = model.service_id.hyphenize()
        self._signing_name = str(model.signing_name)
        self._region = client.meta.region_name
        self._target = model.metadata["targetPrefix"]
        self._still = {
            "content-type": f"application/x-amz-json-{model.metadata['jsonVersion']}",
            "host": urlsplit(self._url).netloc,
        }
        self._agent = user_agent
        self._signing: dict[tuple[str, str], bytes] = {}

    def call(self, keys: ReadOnlyCredentials, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call. Raises ClientError, botocore's HTTP errors, and ValueError for what is not a JSON object."""
        body = json.dumps(parameters, separators=(",", ":")).encode()
        headers: Any = HeadersDict(self.sign(keys, operation, body, datetime.now(UTC)))
        headers["User-Agent"] = self._agent
        request = AWSPreparedRequest("POST", self._url, headers, body, stream_output=False)
        # Whoever stands in for AWS within this process listens to this event.
        _, answer = self._events.emit_until_response(f"before-send.{self._event_name}.{operation}", request=request)
        if answer is None:
            answer = self._session.send(request)
        if answer.status_code >= _REFUSED:
            raise self._refusal(answer, operation)
        value = json.loads(answer.content)
        if not isinstance(value, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - it is the value that is wrong
        return value

    def sign(self, keys: ReadOnlyCredentials, operation: str, body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers of a signed request."""
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        headers = {**self._still, "x-amz-date": stamp, "x-amz-target": f"{self._target}.{operation}"}
        if keys.token:
            headers["x-amz-security-token"] = keys.token
        names = sorted(headers)
        signed = ";".join(names)
        lines = "".join(f"{name}:{headers[name]}\n" for name in names)
        scope = f"{stamp[:8]}/{self._region}/{self._signing_name}/aws4_request"
        canonical = f"POST\n{urlsplit(self._url).path}\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(str(keys.secret_key), stamp[:8]), text.encode(), "sha256").hex()
        headers["authorization"] = (
            f"{_ALGORITHM} Credential={keys.access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _key(self, secret: str, day: str) -> bytes:
        key = self._signing.get((secret, day))
        if key is None:
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._signing_name, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            if len(self._signing) >= _MOST_KEYS:
                self._signing.clear()
            self._signing[secret, day] = key
        return key

    @staticmethod
    def _refusal(answer: Any, operation: str) -> ClientError:  # noqa: ANN401 - botocore's AWSResponse
        parts = {"status_code": answer.status_code, "headers": answer.headers, "body": answer.content}
        parser: Any = create_parser("json")
        return ClientError(parser.parse(parts, None), operation)


def supports(client: BaseClient) -> bool:
    """Return whether a client's service is regional and speaks the JSON protocol in the one form that is known here.

    The client of a global service names a pseudo region, such as `aws-global` for Organizations. Only botocore's rule
    set knows the region that its requests must be signed for.
    """
    metadata = client.meta.service_model.metadata
    is_regional = not client.meta.region_name.endswith("-global")
    return metadata.get("protocol") == "json" and is_regional and not urlsplit(client.meta.endpoint_url).query
