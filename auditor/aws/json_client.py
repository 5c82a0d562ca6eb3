"""A fast client for services with AWS's JSON protocol: it signs and sends with a fifth of botocore's work per call.

Nearly every call of a run is one of two ECS operations. Most of what a botocore client does for each call (rule sets,
parameter shapes, a dozen events, parsing the answer against the model) is the same every time or not needed. This
client takes from botocore the endpoint, the HTTP session with its proxies, certificates, timeouts and connection pool,
the `before-send` event, and the parsing of errors. tests/fleet/RESULTS.md has the measurements.

Answers are the JSON that AWS sent: they contain members that botocore's model does not know, and times are numbers.

SigV4 is described in the IAM user guide, "Create a signed AWS API request". A test compares signatures with those of
botocore's signer.
"""

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

_FIRST_ERROR_STATUS = 300
_ALGORITHM = "AWS4-HMAC-SHA256"
#: Signing keys are valid for a day. The cache is limited, so that memory does not grow with the accounts.
_MAX_KEYS = 512


class JsonClient:
    """Calls one service in one region. Used from any thread, like the botocore client that it is made from."""

    def __init__(self, client: BaseClient, user_agent: str) -> None:
        """Use the endpoint, HTTP session and events of a client. Raises ValueError unless `supports(client)`."""
        model = client.meta.service_model
        if not supports(client):
            raise ValueError(f"{model.service_name} cannot be called with this client")
        internals: Any = client
        self._session = internals._endpoint.http_session  # noqa: SLF001 - it has the proxies, certificates and connections
        self._events = internals.meta.events
        self._url = f"{client.meta.endpoint_url.rstrip('/')}/"
        self._event_name = model.service_id.hyphenize()
        self._signing_name = str(model.signing_name)
        self._region = client.meta.region_name
        self._target = model.metadata["targetPrefix"]
        self._fixed_headers = {
            "content-type": f"application/x-amz-json-{model.metadata['jsonVersion']}",
            "host": urlsplit(self._url).netloc,
        }
        self._agent = user_agent
        self._signing_keys: dict[tuple[str, str], bytes] = {}

    def call(self, credentials: ReadOnlyCredentials, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call. Raises ClientError, botocore's HTTP errors, and ValueError for what is not a JSON object."""
        body = json.dumps(parameters, separators=(",", ":")).encode()
        headers: Any = HeadersDict(self.sign(credentials, operation, body, datetime.now(UTC)))
        headers["User-Agent"] = self._agent
        request = AWSPreparedRequest("POST", self._url, headers, body, stream_output=False)
        # Replacements of AWS within this process, such as moto, answer this event.
        _, answer = self._events.emit_until_response(f"before-send.{self._event_name}.{operation}", request=request)
        if answer is None:
            answer = self._session.send(request)
        if answer.status_code >= _FIRST_ERROR_STATUS:
            raise self._client_error(answer, operation)
        value = json.loads(answer.content)
        if not isinstance(value, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - the value is wrong, not its type
        return value

    def sign(self, credentials: ReadOnlyCredentials, operation: str, body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers of a signed request."""
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        headers = {**self._fixed_headers, "x-amz-date": stamp, "x-amz-target": f"{self._target}.{operation}"}
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        names = sorted(headers)
        signed = ";".join(names)
        lines = "".join(f"{name}:{headers[name]}\n" for name in names)
        scope = f"{stamp[:8]}/{self._region}/{self._signing_name}/aws4_request"
        canonical = f"POST\n{urlsplit(self._url).path}\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(str(credentials.secret_key), stamp[:8]), text.encode(), "sha256").hex()
        headers["authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _key(self, secret: str, day: str) -> bytes:
        key = self._signing_keys.get((secret, day))
        if key is None:
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._signing_name, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            if len(self._signing_keys) >= _MAX_KEYS:
                self._signing_keys.clear()
            self._signing_keys[secret, day] = key
        return key

    @staticmethod
    def _client_error(answer: Any, operation: str) -> ClientError:
        parts = {"status_code": answer.status_code, "headers": answer.headers, "body": answer.content}
        parser: Any = create_parser("json")
        return ClientError(parser.parse(parts, None), operation)


def supports(client: BaseClient) -> bool:
    """Return whether a client's service is regional and speaks the JSON protocol in the one form that is known here.

    The client of a global service names a pseudo region, such as `aws-global` for Organizations. Only botocore's rule
    set knows the region that its requests must be signed for.
    """
    metadata = client.meta.service_model.metadata
    protocol = client.meta.service_model.resolved_protocol  # a service can have several
    is_regional = not client.meta.region_name.endswith("-global")
    return (
        protocol == "json"
        and "jsonVersion" in metadata
        and is_regional
        and not urlsplit(client.meta.endpoint_url).query
    )
